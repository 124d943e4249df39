/** Revisions: the number of the newest ReplicaSet, its history, and its mirror on the Rollout. engine §5. */
import type { Rollout } from '../resources/argo.ts';
import { DESIRED_REPLICAS, LAST_APPLIED, NOTIFIED, REVISION, REVISION_HISTORY } from '../resources/keys.ts';
import type { ReplicaSet } from '../resources/kubernetes.ts';
import { affinityFor, antiAffinityIsOutdated } from './anti-affinity.ts';
import type { Pass } from './pass.ts';
import { hashOf, revisionOf } from './replica-sets.ts';

const NOT_COPIED: ReadonlySet<string> = new Set([LAST_APPLIED, REVISION, REVISION_HISTORY, DESIRED_REPLICAS, NOTIFIED]);

/** Annotations of a Rollout that its ReplicaSets carry too. */
export function copiedAnnotations(rollout: Rollout): Record<string, string> {
  return Object.fromEntries(Object.entries(rollout.metadata.annotations ?? {}).filter(([key]) => !NOT_COPIED.has(key)));
}

/** One more than the highest of the older ones; those without a number do not count. */
export function nextRevision(older: readonly ReplicaSet[]): number {
  return Math.max(0, ...older.map((replicaSet) => revisionOf(replicaSet) ?? 0)) + 1;
}

/**
 * Bring the newest ReplicaSet's annotations, revision and injected affinity up to date, and the Rollout's own revision with
 * them: whoever sees a new hash in its status must not find the number of the version before. @returns whether the Rollout object itself was edited, which ends the pass
 */
export function syncRevision(pass: Pass): boolean {
  const { newest, older } = pass.sets;
  if (newest === undefined) return false;
  const synced = syncedReplicaSet(pass.rollout, newest, nextRevision(older));
  if (synced !== newest) {
    pass.changes.edit(newest, () => synced, 'annotations, revision and affinity follow the Rollout');
  }
  return mirrorRevision(pass, synced);
}

function syncedReplicaSet(rollout: Rollout, replicaSet: ReplicaSet, revision: number): ReplicaSet {
  const annotations = syncedAnnotations(rollout, replicaSet, revision);
  const minReadySeconds = rollout.spec.minReadySeconds ?? 0;
  const spec = replicaSet.spec;
  const outdated =
    annotations !== undefined ||
    (spec?.minReadySeconds ?? 0) !== minReadySeconds ||
    antiAffinityIsOutdated(rollout, replicaSet);
  if (!outdated || spec === undefined) return replicaSet;
  const metadata = { ...replicaSet.metadata, annotations: annotations ?? replicaSet.metadata.annotations ?? {} };
  const template = withAffinity(spec.template, affinityFor(rollout, hashOf(replicaSet)));
  return {
    ...replicaSet,
    metadata,
    spec: { ...spec, minReadySeconds, ...(template === undefined ? {} : { template }) },
  };
}

type Template = NonNullable<ReplicaSet['spec']>['template'];

function withAffinity(template: Template, affinity: ReturnType<typeof affinityFor>): Template {
  if (template?.spec === undefined) return template;
  const { affinity: _previous, ...spec } = template.spec;
  return { ...template, spec: affinity === undefined ? spec : { ...spec, affinity } };
}

/** undefined: nothing changes. A revision that is no number freezes the annotations, as in the reference. */
function syncedAnnotations(
  rollout: Rollout,
  replicaSet: ReplicaSet,
  revision: number,
): Record<string, string> | undefined {
  const current = replicaSet.metadata.annotations ?? {};
  const recorded = current[REVISION];
  const own = revisionOf(replicaSet);
  if (recorded !== undefined && recorded !== '' && own === undefined) return undefined;
  const copied = copiedAnnotations(rollout);
  const raised = (own ?? 0) < revision;
  const differs = raised || Object.entries(copied).some(([key, value]) => (current[key] ?? '') !== value);
  if (!differs) return undefined;
  return {
    ...current,
    ...copied,
    ...(raised ? { [REVISION]: String(revision) } : {}),
    ...(recorded === undefined ? {} : { [REVISION_HISTORY]: appended(current[REVISION_HISTORY], recorded) }),
  };
}

function appended(history: string | undefined, revision: string): string {
  return history === undefined || history === '' ? revision : `${history},${revision}`;
}

function mirrorRevision({ changes, rollout }: Pass, newest: ReplicaSet): boolean {
  const revision = newest.metadata.annotations?.[REVISION];
  if (revision === undefined || rollout.metadata.annotations?.[REVISION] === revision) return false;
  changes.edit(
    rollout,
    (current) => withRevision(current, revision),
    `${newest.metadata.name} is revision ${revision}`,
  );
  changes.event('RolloutUpdated', `Rollout updated to revision ${revision}`);
  return true;
}

function withRevision(rollout: Rollout, revision: string): Rollout {
  const annotations = { ...rollout.metadata.annotations, [REVISION]: revision };
  return { ...rollout, metadata: { ...rollout.metadata, annotations } };
}
