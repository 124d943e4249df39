/** Which objects must be looked at because a Service changed: the Rollouts that name it, or itself when it is left behind. */
import { ARGO_API_VERSION, type Rollout } from '#core/resources/argo.ts';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { isLeftBehind } from '#core/rollout/service-clean-up.ts';
import { serviceNames } from '#core/rollout/snapshot.ts';
import type { ObjectKey, Site } from '../ports.ts';

/** One list per namespace that has a changed Service; none when nothing changed. */
export async function keysBehind(services: readonly KubernetesObject[], site: Site): Promise<readonly ObjectKey[]> {
  const namespaces = new Set(services.map(({ metadata }) => metadata.namespace));
  const keys: ObjectKey[] = [];
  for (const namespace of namespaces) {
    const here = services.filter(({ metadata }) => metadata.namespace === namespace);
    const { items } = await site.cluster.list<Rollout>({ apiVersion: ARGO_API_VERSION, kind: 'Rollout', namespace });
    const users = items.filter((rollout) => here.some(({ metadata }) => serviceNames(rollout).includes(metadata.name)));
    const left = here.filter((service) => isLeftBehind(service, items));
    keys.push(...[...users, ...left].map((object) => keyOf(object, site)));
  }
  return keys;
}

function keyOf({ kind, metadata: { namespace, name } }: KubernetesObject, { cluster }: Site): ObjectKey {
  return { cluster: cluster.name, kind: kind === 'Rollout' ? 'Rollout' : 'Service', namespace, name };
}
