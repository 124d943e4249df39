/** Keeps Endpoints beside each Service that selects pods: the addresses of those that are ready, and of those that are not. */
import type { Cancel, Timers } from '../clock.ts';
import { recordAt, recordsAt, type ApiObject, type Draft } from './objects.ts';
import { isActive, isReady } from './pods.ts';
import { matchesSelector } from './selectors.ts';
import type { Store } from './store.ts';
import { Worker } from './worker.ts';

/** One namespace at a time: any pod may concern any Service there. */
export function startEndpoints(store: Store, timers: Timers): Cancel {
  const worker = new Worker(timers, (namespace) => {
    for (const service of store.list({ apiVersion: 'v1', kind: 'Service', namespace }).items) keep(store, service);
  });
  const see = ({ kind, metadata }: ApiObject): void => {
    if (kind === 'Service' || kind === 'Pod') worker.soon(metadata.namespace ?? '');
  };
  for (const object of store.all()) see(object);
  const unsubscribe = store.subscribe(({ object }) => see(object));
  return () => {
    unsubscribe();
    worker.stop();
  };
}

function keep(store: Store, service: ApiObject): void {
  const { selector } = recordAt(service, 'spec');
  if (selector === undefined) return;
  const { name, namespace, uid } = service.metadata;
  const kind = { apiVersion: 'v1', kind: 'Endpoints' };
  const subsets = subsetsOf(service, selectedPods(store, service, selector));
  const current = store.find({ ...kind, namespace, name });
  if (current !== undefined) {
    store.replace({ ...current, subsets });
    return;
  }
  const ownerReferences = [{ apiVersion: 'v1', kind: 'Service', name, uid }];
  const endpoints = { ...kind, metadata: { name, namespace, ownerReferences }, subsets };
  store.create(endpoints);
}

function selectedPods(store: Store, service: ApiObject, selector: unknown): readonly ApiObject[] {
  const { namespace } = service.metadata;
  const pods = store.list({ apiVersion: 'v1', kind: 'Pod', namespace }).items;
  return pods.filter(
    (pod) =>
      isActive(pod) &&
      recordAt(pod, 'status')['podIP'] !== undefined &&
      matchesSelector({ matchLabels: selector }, pod.metadata.labels ?? {}),
  );
}

function subsetsOf(service: ApiObject, pods: readonly ApiObject[]): readonly Draft[] {
  if (pods.length === 0) return [];
  const ready = pods.filter(isReady).map(addressOf);
  const notReady = pods.filter((pod) => !isReady(pod)).map(addressOf);
  const ports = recordsAt(recordAt(service, 'spec'), 'ports').map(({ name, port, targetPort, protocol }) => ({
    ...(name === undefined ? {} : { name }),
    port: typeof targetPort === 'number' ? targetPort : port,
    protocol,
  }));
  return [
    {
      ...(ready.length === 0 ? {} : { addresses: ready }),
      ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady }),
      ports,
    },
  ];
}

function addressOf(pod: ApiObject): Draft {
  const { name, namespace, uid } = pod.metadata;
  const { nodeName } = recordAt(pod, 'spec');
  const { podIP } = recordAt(pod, 'status');
  return { ip: podIP, nodeName, targetRef: { kind: 'Pod', namespace, name, uid } };
}
