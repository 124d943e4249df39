/**
 * Which objects must be looked at because a Service, an Ingress or a DestinationRule changed: the Rollouts that work on it,
 * or itself when it is left behind.
 */
import { ARGO_API_VERSION, type Rollout } from '#core/resources/argo.ts';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { isLeftBehind, isLentKind, lentTo, type LentKind } from '#core/rollout/left-behind.ts';
import type { ObjectKey, Site } from '../ports.ts';

/** One list per namespace in which such an object changed; none when none did. */
export async function keysBehind(changed: readonly KubernetesObject[], site: Site): Promise<readonly ObjectKey[]> {
  const lent = changed.filter(({ kind }) => isLentKind(kind));
  const namespaces = new Set(lent.map(({ metadata }) => metadata.namespace));
  const keys: ObjectKey[] = [];
  for (const namespace of namespaces) {
    const here = lent.filter(({ metadata }) => metadata.namespace === namespace);
    const { items } = await site.cluster.list<Rollout>({ apiVersion: ARGO_API_VERSION, kind: 'Rollout', namespace });
    const users = items.filter((rollout) => here.some((object) => worksOn(rollout, object)));
    const left = here.filter((object) => isLeftBehind(object, items));
    keys.push(...[...users, ...left].map((object) => keyOf(object, site)));
  }
  return keys;
}

function worksOn(rollout: Rollout, { kind, metadata }: KubernetesObject): boolean {
  return lentTo(rollout).some((lent) => lent.kind === kind && lent.name === metadata.name);
}

function keyOf({ kind, metadata: { namespace, name } }: KubernetesObject, { cluster }: Site): ObjectKey {
  return { cluster: cluster.name, kind: kind as 'Rollout' | LentKind, namespace, name };
}
