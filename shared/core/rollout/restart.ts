/** `spec.restartAt`: pods older than it are evicted, a few at a time. engine §9. */
import { isControlledBy, type NewObject, type Pod, type ReplicaSet } from '../resources/kubernetes.ts';
import { parseTimestamp, SECOND, type Instant, type Millis } from '../time.ts';
import type { Pass } from './pass.ts';
import { selectorMatches } from './label-selector.ts';
import { sizeOf, sum } from './replica-sets.ts';
import { restartIsWanted } from './restart-request.ts';

const RETRY: Millis = 30 * SECOND;

export interface RestartOutcome {
  readonly evicted: number;
  /** New value of `status.restartedAt`; undefined: nothing was completed. */
  readonly restartedAt: string | undefined;
}

const NOT_RESTARTING: RestartOutcome = { evicted: 0, restartedAt: undefined };

/**
 * It is done when no old pod is left: an eviction that was asked for may have been refused by a disruption budget.
 * @param maxUnavailable pods that may be missing at a time; at least one may
 */
export function restartPods(pass: Pass, maxUnavailable: number): RestartOutcome {
  const { rollout, now, changes } = pass;
  const at = parseTimestamp(rollout.spec.restartAt);
  if (at === undefined || !restartIsWanted(rollout.spec.restartAt, pass.stored.restartedAt)) return NOT_RESTARTING;
  if (now <= at) {
    changes.requeue(Math.max(1, at - now));
    return NOT_RESTARTING;
  }
  const pods = podsInOrder(pass);
  const old = pods.filter((pod) => (parseTimestamp(pod.metadata.creationTimestamp) ?? at) < at);
  const budget = evictionBudget(pass, pods, maxUnavailable);
  const evicted = old.filter((pod) => pod.metadata.deletionTimestamp === undefined).slice(0, Math.max(0, budget));
  for (const pod of evicted) changes.create(evictionOf(pod), `created before restartAt ${rollout.spec.restartAt}`);
  if (old.length > 0) {
    changes.requeue(RETRY);
    return { evicted: evicted.length, restartedAt: undefined };
  }
  return { evicted: 0, restartedAt: rollout.spec.restartAt };
}

/** Of the stable version, then of the newest, then of the others. */
function podsInOrder({ sets, snapshot, rollout }: Pass): readonly Pod[] {
  const matching = (snapshot.pods ?? []).filter(({ metadata }) =>
    selectorMatches(rollout.spec.selector, metadata.labels),
  );
  const inOrder = new Map<string, ReplicaSet>();
  for (const replicaSet of [sets.stable, sets.newest, ...sets.others]) {
    if (replicaSet !== undefined) inOrder.set(replicaSet.metadata.uid, replicaSet);
  }
  return [...inOrder.values()].flatMap((replicaSet) => matching.filter((pod) => isControlledBy(pod, replicaSet)));
}

function evictionBudget(pass: Pass, pods: readonly Pod[], maxUnavailable: number): number {
  const minReady = (pass.rollout.spec.minReadySeconds ?? 0) * SECOND;
  const available = pods.filter((pod) => isAvailable(pod, minReady, pass.now)).length;
  const wanted = Math.max(pass.replicas, sum(pass.sets.all, sizeOf));
  return available - (wanted - Math.max(maxUnavailable, 1));
}

function isAvailable({ metadata, status }: Pod, minReady: Millis, now: Instant): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status !== 'True' || metadata.deletionTimestamp !== undefined) return false;
  const since = parseTimestamp(ready.lastTransitionTime);
  return minReady === 0 || (since !== undefined && since + minReady < now);
}

/** Created at the pod's `eviction` subresource, which honours disruption budgets. */
function evictionOf({ metadata: { name, namespace } }: Pod): NewObject {
  return { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
}
