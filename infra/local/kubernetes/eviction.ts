/** Evicting a pod: a deletion that disruption budgets can refuse. What the budgets allow is counted when it is asked. */
import type { DeleteOptions } from './deletion.ts';
import { isRecord, recordAt, type ApiObject, type Draft, type SentObject } from './objects.ts';
import { controllerOf, hasEnded, isActive, isReady, phaseOf } from './pods.ts';
import { matchesSelector } from './selectors.ts';
import { StatusError } from './status-error.ts';
import type { Store } from './store.ts';

const POD = { apiVersion: 'v1', kind: 'Pod' };
const BUDGET = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' };

/** @throws StatusError 404 no such pod; 429 a budget does not allow it now; 500 several budgets claim the pod */
export function evict(store: Store, eviction: SentObject): ApiObject {
  const { namespace, name } = recordAt(eviction as unknown as Draft, 'metadata');
  const ref = { ...POD, namespace: String(namespace), name: String(name) };
  const pod = store.get(ref);
  if (!isExempt(pod)) requireBudget(store, pod);
  return store.delete(ref, optionsOf(eviction)).object;
}

function optionsOf(eviction: SentObject): DeleteOptions {
  const options = recordAt(eviction as unknown as Draft, 'deleteOptions');
  const { gracePeriodSeconds } = options;
  const { uid, resourceVersion } = recordAt(options, 'preconditions');
  return {
    ...(typeof gracePeriodSeconds === 'number' ? { gracePeriodSeconds } : {}),
    ...(typeof uid === 'string' ? { uid } : {}),
    ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
  };
}

/** Nothing is disrupted by the loss of a pod that has ended, has not begun, or is going anyway. */
function isExempt(pod: ApiObject): boolean {
  return pod.metadata.deletionTimestamp !== undefined || hasEnded(pod) || (phaseOf(pod) ?? 'Pending') === 'Pending';
}

function requireBudget(store: Store, pod: ApiObject): void {
  const { namespace, labels = {} } = pod.metadata;
  const budgets = store
    .list({ ...BUDGET, namespace })
    .items.filter((budget) => matchesSelector(recordAt(budget, 'spec')['selector'], labels));
  const [budget] = budgets;
  if (budgets.length > 1) {
    const text = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
    throw new StatusError(500, 'InternalError', text);
  }
  if (budget === undefined) return;
  const { healthy, desired } = countedBy(store, budget);
  // A pod that is not ready may go as long as the others suffice (unhealthyPodEvictionPolicy IfHealthyBudget).
  if (isReady(pod) ? healthy > desired : healthy >= desired) return;
  const cause = `The disruption budget ${budget.metadata.name} needs ${desired} healthy pods and has ${healthy} currently`;
  throw new StatusError(429, 'TooManyRequests', `Cannot evict pod as it would violate the pod's disruption budget.`, {
    causes: [{ reason: 'DisruptionBudget', message: cause }],
  });
}

function countedBy(store: Store, budget: ApiObject): { readonly healthy: number; readonly desired: number } {
  const { selector, minAvailable, maxUnavailable } = recordAt(budget, 'spec');
  const { namespace } = budget.metadata;
  const pods = store
    .list({ ...POD, namespace })
    .items.filter((pod) => isActive(pod) && matchesSelector(selector, pod.metadata.labels ?? {}));
  const expected = expectedPods(store, pods);
  const desired =
    maxUnavailable === undefined || maxUnavailable === null
      ? partOf(minAvailable, expected)
      : Math.max(0, expected - partOf(maxUnavailable, expected));
  return { healthy: pods.filter(isReady).length, desired };
}

/** The sizes that the controllers of the pods want, and one for each pod without any. */
function expectedPods(store: Store, pods: readonly ApiObject[]): number {
  const owners = new Map(pods.map((pod) => [controllerOf(pod)?.uid ?? pod.metadata.uid, controllerOf(pod)]));
  const namespace = pods[0]?.metadata.namespace;
  return [...owners.values()].reduce((sum, owner) => {
    if (owner === undefined) return sum + 1;
    const { apiVersion, kind, name } = owner;
    const found = store.find({ apiVersion, kind, namespace, name });
    const { replicas } = isRecord(found) ? recordAt(found, 'spec') : {};
    return sum + (typeof replicas === 'number' ? replicas : 1);
  }, 0);
}

/** A number, or a percentage of all, rounded up. */
function partOf(value: unknown, all: number): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? Math.ceil((Number.parseInt(value, 10) * all) / 100) : 0;
}
