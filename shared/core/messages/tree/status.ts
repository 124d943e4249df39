/** One word for how an object is, as the kubectl plugin finds it. rollout-engine §15: what clients compute first. */
import { WORKLOAD_GENERATION } from '../../resources/keys.ts';
import type { Rollout } from '../../resources/argo.ts';
import type { Pod, ReplicaSet } from '../../resources/kubernetes.ts';

export function rolloutStatus(rollout: Rollout): string {
  return clientMessage(rollout) === undefined ? (rollout.status?.phase ?? 'Progressing') : 'Progressing';
}

export function rolloutMessage(rollout: Rollout): string {
  return clientMessage(rollout) ?? rollout.status?.message ?? '';
}

/** What a client must say while the stored phase is about an older object. */
function clientMessage({ metadata, status }: Rollout): string | undefined {
  const observed = Number(status?.observedGeneration ?? NaN);
  if (observed < (metadata.generation ?? 0)) return 'waiting for rollout spec update to be observed';
  if (status?.controllerPause === true && (status.pauseConditions ?? []).length === 0) {
    return 'waiting for rollout to unpause';
  }
  const workload = metadata.annotations?.[WORKLOAD_GENERATION] ?? '';
  if (workload !== (status?.workloadObservedGeneration ?? '')) {
    return 'waiting for rollout spec update to be observed for the reference workload';
  }
  return undefined;
}

export function replicaSetStatus({ spec, status }: ReplicaSet): string {
  const desired = spec?.replicas ?? 0;
  if (desired === 0 && (status?.replicas ?? 0) === 0) return 'ScaledDown';
  return (status?.availableReplicas ?? 0) >= desired && status?.replicas === desired ? 'Healthy' : 'Progressing';
}

export function podStatus({ metadata, status }: Pod): string {
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  const waiting = (status?.containerStatuses ?? []).flatMap(({ state }) => state?.waiting?.reason ?? [])[0];
  return waiting ?? status?.phase ?? 'Pending';
}
