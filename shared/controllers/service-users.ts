/** Which Rollouts stand behind a Service. */
import { ARGO_API_VERSION, type Rollout } from '#core/resources/argo.ts';
import { MANAGED_BY } from '#core/resources/keys.ts';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import type { ObjectKey, Site } from '../ports.ts';

/** One list per namespace that has a changed Service; none when nothing changed. */
export async function rolloutsUsing(services: readonly KubernetesObject[], site: Site): Promise<readonly ObjectKey[]> {
  const namespaces = new Set(services.map(({ metadata }) => metadata.namespace));
  const keys: ObjectKey[] = [];
  for (const namespace of namespaces) {
    const here = services.filter(({ metadata }) => metadata.namespace === namespace);
    const { items } = await site.cluster.list<Rollout>({ apiVersion: ARGO_API_VERSION, kind: 'Rollout', namespace });
    const users = items.filter((rollout) => here.some((service) => uses(rollout, service)));
    keys.push(
      ...users.map(
        ({ metadata: { name } }) => ({ cluster: site.cluster.name, kind: 'Rollout', namespace, name }) as const,
      ),
    );
  }
  return keys;
}

function uses(rollout: Rollout, service: KubernetesObject): boolean {
  if (service.metadata.annotations?.[MANAGED_BY] === rollout.metadata.name) return true;
  return serviceNames(rollout).includes(service.metadata.name);
}

/** Every Service that the strategy names. */
export function serviceNames(rollout: Rollout): readonly string[] {
  const { canary, blueGreen } = rollout.spec.strategy ?? {};
  return [
    blueGreen?.activeService,
    blueGreen?.previewService,
    canary?.stableService,
    canary?.canaryService,
    canary?.pingPong?.pingService,
    canary?.pingPong?.pongService,
  ]
    .filter((name) => name !== undefined)
    .filter((name) => name !== '');
}
