/** The objects that a Rollout's traffic routers edit. */
import type { Rollout } from '#core/resources/argo.ts';
import { refOf, type KubernetesObject, type ObjectRef } from '#core/resources/kubernetes.ts';
import { routersOf } from '#core/traffic-routing/registry.ts';
import type { Cluster } from '../ports.ts';

/** Level by level, as objects name further ones; each once. What does not exist is left out. */
export async function readRoutingObjects(rollout: Rollout, cluster: Cluster): Promise<readonly KubernetesObject[]> {
  const routers = routersOf(rollout);
  const selected = await Promise.all(
    routers.flatMap((router) => router.selects?.(rollout) ?? []).map((selection) => cluster.list(selection)),
  );
  const found = new Map<string, KubernetesObject | undefined>();
  for (const object of selected.flatMap(({ items }) => items)) found.set(keyOf(refOf(object)), object);
  for (;;) {
    const known = [...found.values()].filter((object) => object !== undefined);
    const wanted = routers.flatMap((router) => router.reads(rollout, known)).filter((ref) => !found.has(keyOf(ref)));
    if (wanted.length === 0) return known;
    const open = new Map(wanted.map((ref) => [keyOf(ref), ref]));
    await Promise.all([...open].map(async ([key, ref]) => found.set(key, await cluster.get(ref))));
  }
}

function keyOf({ apiVersion, kind, namespace, name }: ObjectRef): string {
  return [apiVersion, kind, namespace, name].join('/');
}
