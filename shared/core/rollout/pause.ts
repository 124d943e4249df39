/** Pausing and aborting: what a pass asks for, and the status fields that follow from it. engine §7. */
import type { PauseCondition, Rollout, RolloutStatus } from '../resources/argo.ts';
import { formatTimestamp, type Instant } from '../time.ts';

export type PauseReason = 'CanaryPauseStep' | 'BlueGreenPause' | 'InconclusiveAnalysisRun' | 'InconclusiveExperiment';

/** The part of a status that this room computes. */
export interface PauseFields {
  readonly abort: boolean | undefined;
  readonly abortedAt: string | undefined;
  readonly pauseConditions: PauseCondition[] | undefined;
  readonly controllerPause: boolean | undefined;
}

/** What the parts of one pass want of the pauses and of the abort flag. */
export class PauseDraft {
  readonly #stored: RolloutStatus;
  readonly #added = new Set<PauseReason>();
  readonly #removed = new Set<PauseReason>();
  #cleared = false;
  #resumptionKept = false;
  #abortMessage: string | undefined;
  #abortRemoved = false;

  constructor(stored: RolloutStatus) {
    this.#stored = stored;
  }

  add(reason: PauseReason): void {
    this.#added.add(reason);
  }

  remove(reason: PauseReason): void {
    this.#removed.add(reason);
  }

  clear(): void {
    this.#cleared = true;
  }

  /** A person's end of a pause is not consumed: something else keeps the step from completing. */
  keepResumption(): void {
    this.#resumptionKept = true;
  }

  /** The first message of a pass is kept. */
  abort(message: string): void {
    this.#abortMessage ??= message;
  }

  removeAbort(): void {
    this.#abortRemoved = true;
  }

  /** A pause was asked for in this pass. */
  get added(): boolean {
    return this.#added.size > 0;
  }

  get aborted(): boolean {
    return !this.#abortRemoved && (this.#abortMessage !== undefined || this.#stored.abort === true);
  }

  /** Why this pass aborts; empty when a person did, or an earlier pass. */
  get abortMessage(): string {
    return this.#abortMessage ?? '';
  }

  /** engine §7.3. An empty list takes `controllerPause` with it: that is how "a human resumed" is consumed. */
  fields(now: Instant): PauseFields {
    const none = { abort: undefined, abortedAt: undefined, pauseConditions: undefined, controllerPause: undefined };
    if (this.aborted) return { ...none, abort: true, abortedAt: this.#stored.abortedAt ?? formatTimestamp(now) };
    const kept = (this.#stored.pauseConditions ?? []).filter(({ reason }) => !this.#removed.has(reason as PauseReason));
    const fresh = [...this.#added].filter((reason) => !hasPause(this.#stored, reason));
    const begun = fresh.map((reason) => ({ reason, startTime: formatTimestamp(now) }));
    const list = this.#cleared ? [] : [...kept, ...begun];
    if (list.length === 0) return this.#resumptionKept ? { ...none, controllerPause: true } : none;
    return { ...none, pauseConditions: list, controllerPause: fresh.length > 0 || this.#stored.controllerPause };
  }
}

export function pauseCondition(status: RolloutStatus, reason: PauseReason): PauseCondition | undefined {
  return status.pauseConditions?.find((condition) => condition.reason === reason);
}

export function hasPause(status: RolloutStatus, reason: PauseReason): boolean {
  return pauseCondition(status, reason) !== undefined;
}

/** By a person or by the engine. */
export function isPaused(rollout: Rollout): boolean {
  return rollout.spec.paused === true || (rollout.status?.pauseConditions ?? []).length > 0;
}

/** Canary: nothing is scaled. Blue-green: Services are not switched. engine §7.2. */
export function isHalted(rollout: Rollout): boolean {
  return rollout.spec.paused === true || hasPause(rollout.status ?? {}, 'InconclusiveAnalysisRun');
}
