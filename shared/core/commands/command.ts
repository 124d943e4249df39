/** What a person, an alert or a program may ask of a Rollout, and what the asking was bound to. */
import type { JsonObject } from '../json.ts';
import type { Rollout } from '../resources/argo.ts';
import { WORKLOAD_GENERATION } from '../resources/keys.ts';
import { revisionOf } from '../rollout/replica-sets.ts';

/** The state that the asker saw: the command holds for that state only. */
export interface Binding {
  /** Of the Rollout, or of the run or Experiment that the command names. */
  readonly uid: string;
  readonly podHash: string;
  /** Promote only: the step that was paused, and since when. */
  readonly stepIndex?: number;
  readonly pausedAt?: string;
  /** Undo and set image: the spec as it was seen, and the workload behind a `workloadRef`. */
  readonly generation?: number;
  readonly workloadGeneration?: string;
  /** Undo: the revision that was the newest then; "the previous one" is counted from it. */
  readonly revision?: number;
}

export const COMMAND_VERBS = [
  'promote',
  'abort',
  'retry',
  'pause',
  'undo',
  'restart',
  'set-image',
  'terminate',
  'freeze',
  'unfreeze',
] as const;
export type CommandVerb = (typeof COMMAND_VERBS)[number];

/** What a command can be for besides a Rollout. */
export const TARGET_KINDS = ['AnalysisRun', 'Experiment'] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

export interface Command {
  readonly verb: CommandVerb;
  /**
   * With a target: the Rollout it belongs to; one that belongs to none stands for itself. Freeze and unfreeze: the
   * scope, each part with `*` at its end for any rest.
   */
  readonly rollout: { readonly cluster: string; readonly namespace: string; readonly name: string };
  /** Terminate, and retry of an Experiment: what it is done to. */
  readonly target?: { readonly kind: TargetKind; readonly name: string };
  readonly binding: Binding;
  /** Promote: skip all remaining steps, pauses and analyses. */
  readonly full?: boolean;
  /** Promote: pass a step that is running, not paused. */
  readonly skipCurrentStep?: boolean;
  /** Promote: pass all steps that are left; what comes after them is done as ever. */
  readonly skipAllSteps?: boolean;
  /** Undo: the revision to go back to; absent or 0: the one before the newest. */
  readonly toRevision?: number;
  /** Restart: pods created before it are replaced (RFC 3339). */
  readonly restartAt?: string;
  /** Set image: container name, or `*` for all, → image. */
  readonly images?: Readonly<Record<string, string>>;
  /** Freeze: when it ends by itself (RFC 3339). */
  readonly until?: string;
  /** Why, in the asker's words. */
  readonly reason?: string;
}

/** Who asks. `id` is stable (`slack:T1/U2`, `cli:ana`, `alertmanager:<fingerprint>`), `name` is what people read. */
export interface Actor {
  readonly id: string;
  readonly name: string;
  readonly kind: 'person' | 'alert' | 'program';
  /** Slack channel that it was asked in. */
  readonly channel?: string;
}

/** What became of a command, with the sentence that the asker is told. */
export interface Verdict {
  readonly state: 'applied' | 'refused' | 'stale';
  readonly says: string;
  /** For the audit trail. */
  readonly effect?: OrderEffect;
}

/** What the object showed when the order was judged, and after it was written; who has approved so far. */
export interface OrderEffect {
  readonly before?: JsonObject;
  readonly after?: JsonObject;
  readonly approvals?: { readonly needed: number; readonly given: readonly string[] };
}

/** The binding of a command that was typed now: what the Rollout shows at its receipt. */
export function bindTo(rollout: Rollout): Binding {
  const status = rollout.status ?? {};
  return withoutAbsent({
    uid: rollout.metadata.uid,
    podHash: status.currentPodHash ?? '',
    stepIndex: status.currentStepIndex,
    pausedAt: status.pauseConditions?.[0]?.startTime,
    generation: rollout.metadata.generation,
    workloadGeneration: rollout.metadata.annotations?.[WORKLOAD_GENERATION],
    revision: revisionOf(rollout),
  });
}

type Loose<T> = { readonly [Field in keyof T]: T[Field] | undefined };

function withoutAbsent(binding: Loose<Required<Binding>>): Binding {
  return Object.fromEntries(Object.entries(binding).filter(([, value]) => value !== undefined)) as unknown as Binding;
}
