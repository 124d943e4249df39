/** `weir.dev/bake`: for a while after promotion, alerts and bake analysis still roll back. */
import { durationOrUndefined } from '../duration.ts';
import type { ReleaseSummary } from '../history/record.ts';
import type { Rollout } from '../resources/argo.ts';
import type { ReplicaSet } from '../resources/kubernetes.ts';
import { POD_TEMPLATE_HASH } from '../resources/keys.ts';
import { revisionOf } from '../rollout/replica-sets.ts';
import type { Instant } from '../time.ts';

export const BAKE_ANNOTATION = 'weir.dev/bake';
/** Left by a rollback: this pod hash is promoted as soon as it is being released, whatever its steps. */
export const ROLL_BACK_TO_ANNOTATION = 'weir.dev/rolled-back-to';

/** @returns when the bake of a promoted release ends; undefined: there is none, or another version has come */
export function bakesUntil(release: ReleaseSummary | undefined, { metadata, status }: Rollout): Instant | undefined {
  const length = durationOrUndefined(metadata.annotations?.[BAKE_ANNOTATION]);
  if (release?.outcome !== 'promoted' || release.finishedAt === undefined || release.rollback) return undefined;
  if (length === undefined || length <= 0 || status?.currentPodHash !== release.podHash) return undefined;
  // A first deployment replaces nothing that one could go back to.
  return (release.stableHash ?? '') === '' ? undefined : release.finishedAt + length;
}

/** The version that a release replaced, as long as its ReplicaSet is there: what is between was never stable. */
export function revisionBefore(release: ReleaseSummary, owned: readonly ReplicaSet[]): number | undefined {
  const before = owned.find(({ metadata }) => metadata.labels?.[POD_TEMPLATE_HASH] === release.stableHash);
  return before && revisionOf(before);
}

/** The pod hash that a rollback goes back to, while it is under way. */
export function rollbackTarget({ metadata }: Rollout): string | undefined {
  return metadata.annotations?.[ROLL_BACK_TO_ANNOTATION];
}

/** Does a rollback wait to be promoted, and is it over? */
export function rollbackStanding(rollout: Rollout): 'none' | 'waits' | 'promote' | 'over' {
  const hash = rollbackTarget(rollout);
  const { status } = rollout;
  if (hash === undefined) return 'none';
  if (status?.stableRS === hash && status.currentPodHash === hash) return 'over';
  if (status?.currentPodHash !== hash) return 'waits';
  return status.promoteFull === true || status.abort === true ? 'waits' : 'promote';
}
