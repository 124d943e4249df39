/** Which ReplicaSets are this Rollout's: adopting the matching ones without owner, releasing those that stopped matching. engine §4.1. */
import { ARGO_API_VERSION, type Rollout } from '../resources/argo.ts';
import type { OwnerReference, ReplicaSet } from '../resources/kubernetes.ts';
import type { Changes } from './changes.ts';
import { ownershipOf } from './replica-sets.ts';

/** @returns the owned ones; those just adopted already count */
export function adoptReplicaSets(
  rollout: Rollout,
  replicaSets: readonly ReplicaSet[],
  changes: Changes,
): readonly ReplicaSet[] {
  return replicaSets.filter((replicaSet) => {
    switch (ownershipOf(rollout, replicaSet)) {
      case 'owned':
        return true;
      case 'adopt':
        changes.edit(
          replicaSet,
          (current) => adopted(current, rollout),
          'it matches the selector and has no controller',
        );
        return true;
      case 'release':
        changes.edit(replicaSet, (current) => released(current, rollout), 'it no longer matches the selector');
        return false;
      case 'foreign':
        return false;
    }
  });
}

/** The reference with which a Rollout controls what it makes. */
export function controllerReference(rollout: Rollout): OwnerReference {
  const { name, uid } = rollout.metadata;
  return { apiVersion: ARGO_API_VERSION, kind: 'Rollout', name, uid, controller: true, blockOwnerDeletion: true };
}

function adopted(replicaSet: ReplicaSet, rollout: Rollout): ReplicaSet {
  const others = replicaSet.metadata.ownerReferences ?? [];
  const ownerReferences = [...others, controllerReference(rollout)];
  return { ...replicaSet, metadata: { ...replicaSet.metadata, ownerReferences } };
}

function released(replicaSet: ReplicaSet, rollout: Rollout): ReplicaSet {
  const ownerReferences = replicaSet.metadata.ownerReferences?.filter(({ uid }) => uid !== rollout.metadata.uid) ?? [];
  return { ...replicaSet, metadata: { ...replicaSet.metadata, ownerReferences } };
}
