/** Deleting the oldest ReplicaSets beyond `revisionHistoryLimit`, with the runs and Experiments that belong to them. engine §5.4. */
import { POD_TEMPLATE_HASH } from '../resources/keys.ts';
import type { Experiment } from '../resources/argo.ts';
import { isControlledBy, type ReplicaSet } from '../resources/kubernetes.ts';
import { otherRunsOf } from './analysis-runs.ts';
import type { Pass } from './pass.ts';
import { hashOf, sizeOf } from './replica-sets.ts';

/** The newest and the stable one do not count. One that is still in use is skipped, not replaced by a younger one. */
export function cleanUpRevisions(pass: Pass): void {
  const limit = pass.rollout.spec.revisionHistoryLimit ?? 10;
  const candidates = pass.sets.others.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const surplus = candidates.slice(0, Math.max(0, candidates.length - limit));
  for (const replicaSet of surplus.filter(isIdle)) {
    const because = `more than ${limit} old revisions`;
    pass.changes.delete(replicaSet, because);
    const hash = hashOf(replicaSet);
    const belonging = [...otherRunsOf(pass), ...otherExperimentsOf(pass)].filter(
      ({ metadata }) => hash !== '' && metadata.labels?.[POD_TEMPLATE_HASH] === hash,
    );
    for (const object of belonging) pass.changes.delete(object, because);
  }
}

function otherExperimentsOf({ snapshot, rollout, experiment }: Pass): readonly Experiment[] {
  return (snapshot.experiments ?? []).filter(
    (each) => isControlledBy(each, rollout) && each.metadata.name !== experiment?.metadata.name,
  );
}

function isIdle(replicaSet: ReplicaSet): boolean {
  const observed = (replicaSet.metadata.generation ?? 0) <= (replicaSet.status?.observedGeneration ?? 0);
  return sizeOf(replicaSet) === 0 && (replicaSet.status?.replicas ?? 0) === 0 && observed;
}
