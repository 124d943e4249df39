/** Which pods serve which Service in the embedded cluster: the input of the simulated traffic. */
import { POD_TEMPLATE_HASH } from '#core/resources/keys.ts';
import type { Pod, Service } from '#core/resources/kubernetes.ts';
import type { Store } from './kubernetes/store.ts';
import type { SimulatedPod } from './metrics/traffic.ts';

/** Ready pods that a Service selects and that belong to a version of a Rollout. */
export function simulatedPods(store: Store): readonly SimulatedPod[] {
  const pods = store.list({ apiVersion: 'v1', kind: 'Pod' }).items as unknown as readonly Pod[];
  const services = store.list({ apiVersion: 'v1', kind: 'Service' }).items as unknown as readonly Service[];
  const ready = pods.filter(isReady);
  return services.flatMap((service) =>
    ready
      .filter((pod) => selects(service, pod))
      .map((pod) => ({
        namespace: pod.metadata.namespace,
        service: service.metadata.name,
        pod: pod.metadata.name,
        podTemplateHash: pod.metadata.labels?.[POD_TEMPLATE_HASH] ?? '',
        image: pod.spec?.containers[0]?.image ?? '',
      })),
  );
}

function isReady({ metadata, status }: Pod): boolean {
  const ready = (status?.conditions ?? []).some(({ type, status: state }) => type === 'Ready' && state === 'True');
  return ready && metadata.deletionTimestamp === undefined;
}

function selects({ metadata, spec }: Service, pod: Pod): boolean {
  const selector = Object.entries(spec?.selector ?? {});
  if (metadata.namespace !== pod.metadata.namespace || selector.length === 0) return false;
  return selector.every(([key, value]) => pod.metadata.labels?.[key] === value);
}
