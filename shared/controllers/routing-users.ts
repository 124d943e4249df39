/** Objects of traffic routers: which kinds are worth following in a cluster, and which Rollouts stand behind one. */
import { ARGO_API_VERSION, type Rollout } from '#core/resources/argo.ts';
import type { KubernetesObject, ObjectRef } from '#core/resources/kubernetes.ts';
import { workloadRefOf } from '#core/rollout/workload.ts';
import { routersOf } from '#core/traffic-routing/registry.ts';
import type { ObjectKey, Ports, Site } from '../ports.ts';

export interface FollowedKind {
  readonly apiVersion: string;
  readonly kind: string;
}

const CURSOR = 'routing-kinds';
/** Followed for what they are already. */
const OWN_KINDS: ReadonlySet<string> = new Set(['Rollout', 'ReplicaSet', 'Service', 'ConfigMap']);

/** Kinds that some Rollout of this cluster referred to when it was last looked at. */
export async function referencedKinds(site: Site, ports: Pick<Ports, 'cursors'>): Promise<readonly FollowedKind[]> {
  const stored = await ports.cursors.get(`${site.cluster.name}/${CURSOR}`);
  return stored === undefined ? [] : (JSON.parse(stored) as readonly FollowedKind[]);
}

/** Nothing is written when nothing is new. Two ticks at once may lose an addition; the next sweep brings it back. */
export async function rememberKinds(
  objects: readonly KubernetesObject[],
  site: Site,
  ports: Pick<Ports, 'cursors'>,
): Promise<void> {
  const rollouts = objects.filter((object): object is Rollout => object.kind === 'Rollout');
  const wanted = rollouts.flatMap((rollout) => referencesOf(rollout, []));
  if (wanted.length === 0) return;
  const name = `${site.cluster.name}/${CURSOR}`;
  const stored = await ports.cursors.get(name);
  const known = stored === undefined ? [] : (JSON.parse(stored) as readonly FollowedKind[]);
  const all = new Map(
    [...known, ...wanted].map(({ apiVersion, kind }) => [`${apiVersion}/${kind}`, { apiVersion, kind }]),
  );
  if (all.size > known.length) await ports.cursors.set(name, JSON.stringify([...all.values()]), stored);
}

function referencesOf(rollout: Rollout, known: readonly KubernetesObject[]): readonly ObjectRef[] {
  const workload = workloadRefOf(rollout);
  const routed = routersOf(rollout).flatMap((router) => [
    ...router.reads(rollout, known),
    ...(router.selects?.(rollout) ?? []).map((selection) => ({ ...selection, name: '' })),
  ]);
  return [...routed, ...(workload === undefined ? [] : [workload])].filter(({ kind }) => !OWN_KINDS.has(kind));
}

/** One list of Rollouts when such an object has changed; none when nothing did. */
export async function rolloutsReferringTo(
  objects: readonly KubernetesObject[],
  site: Site,
): Promise<readonly ObjectKey[]> {
  if (objects.length === 0) return [];
  const scopes = site.namespaces.length === 0 ? [{}] : site.namespaces.map((namespace) => ({ namespace }));
  const lists = await Promise.all(
    scopes.map((scope) => site.cluster.list<Rollout>({ apiVersion: ARGO_API_VERSION, kind: 'Rollout', ...scope })),
  );
  const users = lists
    .flatMap(({ items }) => items)
    .filter((rollout) => {
      const references = referencesOf(rollout, objects);
      return objects.some((object) => references.some((ref) => isMeant(object, ref)));
    });
  return users.map(({ metadata: { namespace, name } }) => ({
    cluster: site.cluster.name,
    kind: 'Rollout',
    namespace,
    name,
  }));
}

function isMeant({ kind, metadata }: KubernetesObject, ref: ObjectRef): boolean {
  return kind === ref.kind && metadata.namespace === ref.namespace && metadata.name === ref.name;
}
