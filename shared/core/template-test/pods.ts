/** ReplicaSets as a cluster with room for every pod keeps them: each pod is ready a while after it was asked for. */
import type { ReplicaSet } from '../resources/kubernetes.ts';
import { sameJson } from '../rollout/same-json.ts';
import { sizeOf } from '../rollout/replica-sets.ts';
import { earliest, SECOND, type Instant, type Millis } from '../time.ts';

/** When each pod of a ReplicaSet is available, by the ReplicaSet's name; oldest first, never: infinity. */
export type PodTimes = ReadonlyMap<string, readonly Instant[]>;

/** New pods for what is missing; surplus ones go, the youngest first. */
export function podsAfter(
  times: PodTimes,
  replicaSets: readonly ReplicaSet[],
  readyAfter: Millis | undefined,
  now: Instant,
): PodTimes {
  return new Map(
    replicaSets.map((replicaSet) => {
      const kept = (times.get(replicaSet.metadata.name) ?? []).slice(0, sizeOf(replicaSet));
      const minReady = (replicaSet.spec?.minReadySeconds ?? 0) * SECOND;
      const availableAt = readyAfter === undefined ? Infinity : now + readyAfter + minReady;
      const added = Array.from({ length: sizeOf(replicaSet) - kept.length }, () => availableAt);
      return [replicaSet.metadata.name, [...kept, ...added]];
    }),
  );
}

export function nextPod(times: PodTimes, now: Instant): Instant | undefined {
  return earliest(...[...times.values()].flat().filter((time) => time > now && time < Infinity));
}

/** The same list when nothing has changed. */
export function withPods(replicaSets: readonly ReplicaSet[], times: PodTimes, now: Instant): readonly ReplicaSet[] {
  const counted = replicaSets.map((replicaSet) => {
    const pods = times.get(replicaSet.metadata.name) ?? [];
    const available = pods.filter((time) => time <= now).length;
    const observedGeneration = replicaSet.metadata.generation ?? 1;
    const status = {
      replicas: pods.length,
      readyReplicas: available,
      availableReplicas: available,
      observedGeneration,
    };
    return sameJson(replicaSet.status, status) ? replicaSet : { ...replicaSet, status };
  });
  return counted.every((replicaSet, index) => replicaSet === replicaSets[index]) ? replicaSets : counted;
}
