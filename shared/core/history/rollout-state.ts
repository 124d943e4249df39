/** The decision fields of a Rollout: what history keeps of it to tell one look from the next. */
import type { Since } from '../analysis/query-variables.ts';
import type { Rollout } from '../resources/argo.ts';
import { REVISION } from '../resources/keys.ts';
import { lentTo, type LentName } from '../rollout/left-behind.ts';
import { serviceNames } from '../rollout/snapshot.ts';
import { heldMessage } from '../rollout/held-condition.ts';
import type { Instant } from '../time.ts';
import { imagesOf, type Images } from './images.ts';

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
  /** Why no step is taken although nothing failed (`weir.dev/on-provider-error: hold`); absent: nothing holds it. */
  readonly held?: string;
  /** Of the version that is wanted, and of the stable one as far as it was seen. */
  readonly images?: Images;
  readonly stableImages?: Images;
  readonly phase: string;
  readonly message: string;
  /** Services that the strategy names, so that one which it names no more is given back. Absent in older records. */
  readonly services?: readonly string[];
  /** What else of others it works on, as `Kind/name`; absent: nothing, or not recorded yet. */
  readonly lent?: readonly string[];
  /** The version of the object in which this was seen. Absent in older records. */
  readonly resourceVersion?: string;
  /** When any of the above but that last changed. */
  readonly changedAt: Instant;
  /** When the update, and when the step it stands at, were first seen to begin. A retry begins both anew. */
  readonly updateSince?: Instant;
  readonly stepSince?: Instant;
}

/** @param before what was recorded last: beginnings are carried on from it */
export function rolloutState(rollout: Rollout, now: Instant, before?: RolloutState): RolloutState {
  const state = stateNow(rollout, now);
  const sameUpdate = before?.podHash === state.podHash && (state.aborted || !before.aborted);
  const sameStep = sameUpdate && before?.stepIndex === state.stepIndex;
  const stableImages = showsStable(rollout) ? state.images : before?.stableImages;
  return {
    ...state,
    ...(stableImages !== undefined && { stableImages }),
    updateSince: (sameUpdate ? before?.updateSince : undefined) ?? now,
    stepSince: (sameStep ? before?.stepSince : undefined) ?? now,
  };
}

/** Has the controller seen the newest edit? Before, the hash is that of the template before. */
export function isSeen({ metadata, status }: Rollout): boolean {
  return status?.observedGeneration === undefined || status.observedGeneration === String(metadata.generation);
}

/** Is the template that of the stable version? */
function showsStable(rollout: Rollout): boolean {
  const { status } = rollout;
  return isSeen(rollout) && (status?.currentPodHash ?? '') === (status?.stableRS ?? '');
}

/** When step and update began; undefined for a record that does not know yet. */
export function sinceOf({ stepSince, updateSince }: RolloutState): Since | undefined {
  return stepSince === undefined || updateSince === undefined ? undefined : { step: stepSince, update: updateSince };
}

function stateNow(rollout: Rollout, now: Instant): RolloutState {
  const status = rollout.status ?? {};
  const held = heldMessage(status);
  const { resourceVersion } = rollout.metadata;
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
    ...(held !== undefined && { held }),
    images: imagesOf(rollout),
    phase: status.phase ?? '',
    message: status.message ?? '',
    services: [...new Set(serviceNames(rollout))].toSorted(),
    ...lentBeside(rollout),
    ...(resourceVersion !== undefined && { resourceVersion }),
    changedAt: now,
  };
}

function lentBeside(rollout: Rollout): Pick<RolloutState, 'lent'> {
  const lent = lentTo(rollout).filter(({ kind }) => kind !== 'Service');
  return lent.length === 0 ? {} : { lent: lent.map(({ kind, name }) => `${kind}/${name}`).toSorted() };
}

/** All that the Rollout worked on when it was recorded. */
export function lentIn({ services = [], lent = [] }: RolloutState): readonly LentName[] {
  const others = lent.map((text): LentName => {
    const [kind = '', name = ''] = text.split('/');
    return { kind: kind as LentName['kind'], name };
  });
  return [...services.map((name): LentName => ({ kind: 'Service', name })), ...others];
}

function pauses(rollout: Rollout): string[] {
  const engine = (rollout.status?.pauseConditions ?? []).map((condition) => condition.reason);
  return rollout.spec.paused === true ? ['manual', ...engine] : engine;
}

export function sameState(before: RolloutState, after: RolloutState): boolean {
  return comparable(before) === comparable(after);
}

/** Beginnings follow from the rest; most versions of the object differ in nothing that is recorded. */
function comparable({ resourceVersion: _seen, ...state }: RolloutState): string {
  return JSON.stringify({ ...state, changedAt: 0, updateSince: 0, stepSince: 0 });
}

/** Did this pod hash become the stable one between the two looks? */
export function isPromotion(before: RolloutState | undefined, after: RolloutState): boolean {
  return after.podHash !== '' && after.stableHash === after.podHash && before?.stableHash !== after.stableHash;
}
