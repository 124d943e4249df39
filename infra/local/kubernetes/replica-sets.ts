/** The ReplicaSet controller: as many pods as the spec says, and a status that counts them. No adoption of strays. */
import type { Cancel, Timers } from '../clock.ts';
import { startOwnerController } from './controller.ts';
import { recordAt, refOf, type ApiObject, type Draft } from './objects.ts';
import { availableAt, isActive, isReady, phaseOf, podFrom, podsOf } from './pods.ts';
import { matchesSelector } from './selectors.ts';
import type { Store } from './store.ts';

export function startReplicaSets(store: Store, timers: Timers): Cancel {
  return startOwnerController(store, timers, { apiVersion: 'apps/v1', kind: 'ReplicaSet' }, syncReplicaSet);
}

/** @returns when the next pod becomes available, milliseconds from now */
function syncReplicaSet(store: Store, replicaSet: ApiObject): number | undefined {
  if (replicaSet.metadata.deletionTimestamp !== undefined) return undefined;
  scale(store, replicaSet);
  const pods = activePods(store, replicaSet);
  store.replace({ ...replicaSet, status: statusOf(replicaSet, pods, store.clock.now()) });
  return nextAvailable(replicaSet, pods, store.clock.now());
}

function activePods(store: Store, replicaSet: ApiObject): readonly ApiObject[] {
  return podsOf(store, replicaSet).filter(isActive);
}

function scale(store: Store, replicaSet: ApiObject): void {
  const pods = activePods(store, replicaSet);
  const excess = pods.length - numberAt(recordAt(replicaSet, 'spec'), 'replicas', 1);
  for (let missing = -excess; missing > 0; missing -= 1) store.create(podFrom(replicaSet));
  for (const pod of pods.toSorted(byDispensability).slice(0, Math.max(0, excess))) store.delete(refOf(pod));
}

/** What is least of a loss goes first: pending before running, not ready before ready, newest before oldest. */
function byDispensability(a: ApiObject, b: ApiObject): number {
  return (
    Number(phaseOf(a) === 'Running') - Number(phaseOf(b) === 'Running') ||
    Number(isReady(a)) - Number(isReady(b)) ||
    b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp) ||
    a.metadata.name.localeCompare(b.metadata.name)
  );
}

/** Counts of zero are left out, as Go leaves them out; `replicas` alone is always there. */
function statusOf(replicaSet: ApiObject, pods: readonly ApiObject[], now: number): Draft {
  const labels = recordAt(recordAt(recordAt(replicaSet, 'spec'), 'template'), 'metadata')['labels'];
  const counts = {
    fullyLabeledReplicas: pods.filter((pod) => isLabeledBy(pod, labels)).length,
    readyReplicas: pods.filter(isReady).length,
    availableReplicas: pods.filter((pod) => isAvailable(replicaSet, pod, now)).length,
  };
  const present = Object.entries(counts).filter(([, count]) => count > 0);
  const observed = { observedGeneration: replicaSet.metadata.generation };
  return { replicas: pods.length, ...Object.fromEntries(present), ...observed };
}

function isLabeledBy(pod: ApiObject, labels: unknown): boolean {
  return matchesSelector({ matchLabels: labels }, pod.metadata.labels ?? {});
}

function isAvailable(replicaSet: ApiObject, pod: ApiObject, now: number): boolean {
  const at = availableAt(pod, minReadySeconds(replicaSet));
  return at !== undefined && at <= now;
}

function nextAvailable(replicaSet: ApiObject, pods: readonly ApiObject[], now: number): number | undefined {
  const waits = pods
    .map((pod) => availableAt(pod, minReadySeconds(replicaSet)))
    .filter((at) => at !== undefined)
    .map((at) => at - now)
    .filter((wait) => wait > 0);
  return waits.length === 0 ? undefined : Math.min(...waits);
}

function minReadySeconds(replicaSet: ApiObject): number {
  return numberAt(recordAt(replicaSet, 'spec'), 'minReadySeconds', 0);
}

function numberAt(record: Readonly<Draft>, key: string, otherwise: number): number {
  const value = record[key];
  return typeof value === 'number' ? value : otherwise;
}
