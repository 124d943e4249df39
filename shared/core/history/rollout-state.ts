/** The decision fields of a Rollout: what history keeps of it to tell one look from the next. */
import type { Rollout } from '../resources/argo.ts';
import { REVISION } from '../resources/keys.ts';
import type { Instant } from '../time.ts';

export interface RolloutState {
  readonly uid: string;
  readonly revision: number;
  readonly podHash: string;
  readonly stableHash: string;
  readonly strategy: 'canary' | 'blueGreen';
  /** Next canary step to execute; the number of steps when all are done; -1 without steps. */
  readonly stepIndex: number;
  readonly aborted: boolean;
  readonly promoteFull: boolean;
  /** Reasons of the engine's pauses, and `manual` for spec.paused. */
  readonly pauses: readonly string[];
  readonly phase: string;
  readonly message: string;
  /** When any of the above last changed. */
  readonly changedAt: Instant;
}

export function rolloutState(rollout: Rollout, now: Instant): RolloutState {
  const status = rollout.status ?? {};
  return {
    uid: rollout.metadata.uid,
    revision: Number(rollout.metadata.annotations?.[REVISION] ?? 0),
    podHash: status.currentPodHash ?? '',
    stableHash: status.stableRS ?? '',
    strategy: rollout.spec.strategy?.blueGreen === undefined ? 'canary' : 'blueGreen',
    stepIndex: status.currentStepIndex ?? -1,
    aborted: status.abort === true,
    promoteFull: status.promoteFull === true,
    pauses: pauses(rollout),
    phase: status.phase ?? '',
    message: status.message ?? '',
    changedAt: now,
  };
}

function pauses(rollout: Rollout): string[] {
  const engine = (rollout.status?.pauseConditions ?? []).map((condition) => condition.reason);
  return rollout.spec.paused === true ? ['manual', ...engine] : engine;
}

export function sameState(before: RolloutState, after: RolloutState): boolean {
  return JSON.stringify({ ...before, changedAt: 0 }) === JSON.stringify({ ...after, changedAt: 0 });
}

/** Did this pod hash become the stable one between the two looks? */
export function isPromotion(before: RolloutState | undefined, after: RolloutState): boolean {
  return after.podHash !== '' && after.stableHash === after.podHash && before?.stableHash !== after.stableHash;
}
