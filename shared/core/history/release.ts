/** The summary of a release: begun, going on, ended. */
import { rollbackTarget } from '../alerts/bake.ts';
import type { Rollout } from '../resources/argo.ts';
import type { Instant } from '../time.ts';
import type { Outcome, ReleaseSummary } from './record.ts';
import { imageChanges } from './images.ts';
import { isPromotion, type RolloutState } from './rollout-state.ts';
import { completedSteps } from './steps.ts';

const NO_REASON = 'Rollout aborted';

/** The release that a state belongs to. AnalysisRuns carry the same three in owner, annotation and label. */
export function releaseId(uid: string, revision: number | string, podHash: string): string {
  return `${uid}.${revision}.${podHash}`;
}

export function newRelease(state: RolloutState, rollout: Rollout, cluster: string, now: Instant): ReleaseSummary {
  return {
    id: releaseId(state.uid, state.revision, state.podHash),
    cluster,
    namespace: rollout.metadata.namespace,
    rollout: rollout.metadata.name,
    revision: state.revision,
    podHash: state.podHash,
    strategy: state.strategy,
    startedAt: now,
    outcome: 'running',
    reason: '',
    weights: [],
    images: imageChanges(state.stableImages, state.images ?? {}),
    stableHash: state.stableHash,
    ...notified(rollout),
  };
}

/** Annotation on the Rollout: where the card of a release goes. */
export const NOTIFY_ANNOTATION = 'weir.dev/notify';

function notified({ metadata }: Rollout): { notify?: readonly string[] } {
  const channels = (metadata.annotations?.[NOTIFY_ANNOTATION] ?? '').split(/[\s,;]+/).filter((name) => name !== '');
  return channels.length === 0 ? {} : { notify: [...new Set(channels)] };
}

/** The summary after one more look. @param before undefined at the start of the release */
export function summarise(
  release: ReleaseSummary,
  before: RolloutState | undefined,
  after: RolloutState,
  rollout: Rollout,
  now: Instant,
): ReleaseSummary {
  if (release.podHash !== after.podHash) return release;
  const reached = completedSteps(before, after, rollout).flatMap(({ step }) => step.setWeight ?? []);
  const takesBack = release.rollback === true || rollbackTarget(rollout) === release.podHash;
  const next = { ...release, weights: [...release.weights, ...reached], ...(takesBack && { rollback: true as const }) };
  if (isPromotion(before, after)) return promoted(next, before, rollout, now);
  if (after.aborted && before?.aborted !== true) return ended(next, 'aborted', abortMessage(rollout), now);
  if (!after.aborted && before?.aborted === true && next.outcome === 'aborted') return reopened(next);
  // The flag may be seen before the engine has said why.
  return next.outcome === 'aborted' && next.reason === NO_REASON ? { ...next, reason: abortMessage(rollout) } : next;
}

function promoted(
  release: ReleaseSummary,
  before: RolloutState | undefined,
  rollout: Rollout,
  now: Instant,
): ReleaseSummary {
  const weighs = release.strategy === 'canary' && (before?.stableHash ?? '') !== '';
  const weights = weighs && release.weights.at(-1) !== 100 ? [...release.weights, 100] : release.weights;
  return ended({ ...release, weights }, 'promoted', promotionReason(before, rollout), now);
}

/** The first end counts: a release that is over stays as it ended. */
export function ended(release: ReleaseSummary, outcome: Outcome, reason: string, now: Instant): ReleaseSummary {
  return release.outcome === 'running' ? { ...release, outcome, reason, finishedAt: now } : release;
}

function reopened(release: ReleaseSummary): ReleaseSummary {
  const { finishedAt: _, ...rest } = release;
  return { ...rest, outcome: 'running', reason: '', weights: [] };
}

/** Why a revision became stable, in the words of Argo's RolloutCompleted event. rollout-engine §8.8. */
export function promotionReason(before: RolloutState | undefined, rollout: Rollout): string {
  if ((before?.stableHash ?? '') === '') return 'Initial deploy';
  if (before?.promoteFull === true) return 'Full promotion requested';
  if (rollout.spec.strategy?.blueGreen !== undefined) return 'Completed blue-green update';
  return `Completed all ${rollout.spec.strategy?.canary?.steps?.length ?? 0} canary steps`;
}

/** The first abort's text, as the Progressing condition keeps it. rollout-engine §8.2. */
export function abortMessage(rollout: Rollout): string {
  const condition = rollout.status?.conditions?.find(({ reason }) => reason === 'RolloutAborted');
  return condition?.message ?? NO_REASON;
}
