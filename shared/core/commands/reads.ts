/** What must be read beside the Rollout to judge a command: its ReplicaSets, the workload that holds its pod template. */
import type { Rollout } from '../resources/argo.ts';
import { isControlledBy, type KubernetesObject, type ObjectRef, type ReplicaSet } from '../resources/kubernetes.ts';
import type { Command } from './command.ts';

export interface Beside {
  readonly replicaSets: readonly ReplicaSet[];
  /** What `workloadRef` leads to; undefined: there is none, or it does not exist. */
  readonly workload: KubernetesObject | undefined;
}

export const NOTHING_BESIDE: Beside = { replicaSets: [], workload: undefined };

export interface CommandReads {
  readonly replicaSets: boolean;
  readonly workload: ObjectRef | undefined;
}

export function readsFor({ verb }: Command, rollout: Rollout): CommandReads {
  if (verb !== 'undo' && verb !== 'set-image') return { replicaSets: false, workload: undefined };
  return { replicaSets: verb === 'undo', workload: workloadOf(rollout) };
}

export function workloadOf({ spec: { workloadRef }, metadata: { namespace } }: Rollout): ObjectRef | undefined {
  if (workloadRef === undefined) return undefined;
  const { apiVersion = '', kind = '', name = '' } = workloadRef;
  return { apiVersion, kind, namespace, name };
}

export function ownedSets({ replicaSets }: Beside, rollout: Rollout): readonly ReplicaSet[] {
  return replicaSets.filter((replicaSet) => isControlledBy(replicaSet, rollout));
}
