import { describe, expect, it } from '@jest/globals';
import { evict } from '../../../../infra/local/kubernetes/eviction.ts';
import type { SentObject } from '../../../../infra/local/kubernetes/objects.ts';
import { Store } from '../../../../infra/local/kubernetes/store.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const NAMESPACE = 'shop';
const LABELS = { app: 'checkout' };

interface Pods {
  readonly ready: number;
  readonly unready?: number;
}

function given(budget: object | undefined, { ready, unready = 0 }: Pods): Store {
  const store = new Store({ clock: new VirtualClock() });
  const size = ready + unready;
  const set = store.create({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web', namespace: NAMESPACE },
    spec: { replicas: size, selector: { matchLabels: LABELS } },
  } as SentObject);
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: set.metadata.uid, controller: true };
  for (let index = 0; index < size; index += 1) {
    const metadata = { name: `pod-${index}`, namespace: NAMESPACE, labels: LABELS, ownerReferences: [owner] };
    const pod = store.create({ apiVersion: 'v1', kind: 'Pod', metadata });
    const conditions = [{ type: 'Ready', status: index < ready ? 'True' : 'False' }];
    store.replace({ ...pod, status: { phase: 'Running', conditions } });
  }
  if (budget !== undefined) protect(store, 'budget', budget);
  return store;
}

function protect(store: Store, name: string, budget: object): void {
  const spec = { selector: { matchLabels: LABELS }, ...budget };
  const metadata = { name, namespace: NAMESPACE };
  store.create({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec } as SentObject);
}

function evicting(store: Store, name: string): () => unknown {
  return () => evict(store, { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: NAMESPACE } });
}

describe('given a disruption budget', () => {
  it.each<{ budget: object; pods: Pods; pod: string; then: 'goes' | 'stays' }>([
    { budget: { minAvailable: 2 }, pods: { ready: 3 }, pod: 'pod-0', then: 'goes' },
    { budget: { minAvailable: 3 }, pods: { ready: 3 }, pod: 'pod-0', then: 'stays' },
    { budget: { minAvailable: '50%' }, pods: { ready: 3 }, pod: 'pod-0', then: 'goes' },
    { budget: { minAvailable: '67%' }, pods: { ready: 3 }, pod: 'pod-0', then: 'stays' },
    { budget: { maxUnavailable: 1 }, pods: { ready: 3 }, pod: 'pod-0', then: 'goes' },
    { budget: { maxUnavailable: 1 }, pods: { ready: 2, unready: 1 }, pod: 'pod-0', then: 'stays' },
    { budget: { maxUnavailable: '34%' }, pods: { ready: 2, unready: 1 }, pod: 'pod-0', then: 'goes' },
    { budget: { maxUnavailable: 0 }, pods: { ready: 3 }, pod: 'pod-0', then: 'stays' },
    { budget: { minAvailable: 2 }, pods: { ready: 2, unready: 1 }, pod: 'pod-2', then: 'goes' },
    { budget: { minAvailable: 3 }, pods: { ready: 2, unready: 1 }, pod: 'pod-2', then: 'stays' },
  ])('$budget, when $pod of $pods is evicted, then it $then', ({ budget, pods, pod, then }) => {
    const attempt = evicting(given(budget, pods), pod);
    if (then === 'goes') expect(attempt).not.toThrow();
    else expect(attempt).toThrow(`Cannot evict pod as it would violate the pod's disruption budget.`);
  });

  it('when it refuses, then the answer is 429 and says what is needed', () => {
    expect(evicting(given({ minAvailable: 2 }, { ready: 2 }), 'pod-1')).toThrow(
      expect.objectContaining({
        code: 429,
        details: {
          causes: [
            {
              reason: 'DisruptionBudget',
              message: 'The disruption budget budget needs 2 healthy pods and has 2 currently',
            },
          ],
        },
      }),
    );
  });

  it('when a pod has ended, has not begun or is going, then no budget holds it', () => {
    for (const [phase, deletionTimestamp] of [['Succeeded'], ['Pending'], ['Running', '2024-01-01T00:00:30Z']]) {
      const store = given({ minAvailable: 2 }, { ready: 2 });
      const pod = store.get({ apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE, name: 'pod-0' });
      const dying = deletionTimestamp === undefined ? {} : { deletionTimestamp, finalizers: ['held'] };
      store.replace({ ...pod, metadata: { ...pod.metadata, ...dying }, status: { phase } });
      expect(evicting(store, 'pod-0')).not.toThrow();
    }
  });

  it('when there are two for one pod, then that is not supported, as in Kubernetes', () => {
    const store = given({ minAvailable: 0 }, { ready: 1 });
    protect(store, 'other', { minAvailable: 0 });
    expect(evicting(store, 'pod-0')).toThrow(expect.objectContaining({ code: 500 }));
  });
});
