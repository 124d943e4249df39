/** Hash and name of the ReplicaSet that the current template asks for. engine §4.3. */
import type { Rollout } from '../resources/argo.ts';
import { podTemplateHash } from './hash.ts';

export function newReplicaSetHash(rollout: Rollout): string {
  return podTemplateHash(rollout.spec.template, rollout.status?.collisionCount);
}

export function newReplicaSetName(rollout: Rollout): string {
  return `${rollout.metadata.name}-${newReplicaSetHash(rollout)}`;
}
