/**
 * Which objects changed since the last tick, at the cost of what changed: a watch resumed where it stopped, per kind and
 * namespace scope. Durable adds first, then the place is stored, and only if it still is the one this tick began from.
 */
import { messageOf } from '#core/errors.ts';
import { ARGO_API_VERSION } from '#core/resources/argo.ts';
import { POD_TEMPLATE_HASH } from '#core/resources/keys.ts';
import { controllerOf, type KubernetesObject } from '#core/resources/kubernetes.ts';
import { MINUTE, type Millis } from '#core/time.ts';
import type { ListQuery, ObjectKey, Ports, Site } from '../ports.ts';
import { keysBehind } from './lent-objects.ts';
import { referencedKinds, rememberKinds, rolloutsReferringTo } from './routing-users.ts';

/** Every object is looked at this often, whatever the watches said (level-triggered). */
const SWEEP_EVERY: Millis = 15 * MINUTE;

export interface WatchedKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly labelSelector?: string;
}

/** Whose changes lead to a pass. */
export const WATCHED_KINDS: readonly WatchedKind[] = [
  { apiVersion: ARGO_API_VERSION, kind: 'Rollout' },
  { apiVersion: ARGO_API_VERSION, kind: 'AnalysisRun' },
  { apiVersion: ARGO_API_VERSION, kind: 'Experiment' },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet', labelSelector: POD_TEMPLATE_HASH },
  { apiVersion: 'v1', kind: 'Service' },
];

export interface DiscoverOptions {
  /** How long each watch is held open. */
  readonly watchFor: Millis;
}

/** One tick over one cluster. A kind that is absent or forbidden does not stop the others. @returns objects added @throws what all kinds met */
export async function discover(site: Site, ports: Ports, options: DiscoverOptions): Promise<number> {
  const scopes = site.namespaces.length === 0 ? [undefined] : site.namespaces;
  const sweep = await sweepIsDue(site, ports);
  const kinds = [...WATCHED_KINDS, ...(await referencedKinds(site, ports))];
  const queries = kinds.flatMap((kind) => scopes.map((namespace) => scoped(kind, namespace)));
  const results = await Promise.allSettled(queries.map((query) => follow(query, sweep, site, ports, options)));
  for (const [index, result] of results.entries()) {
    if (result.status === 'rejected') reportFailure(queries[index], result.reason, site, ports);
  }
  throwIfSilent(results);
  return results.reduce((sum, result) => sum + (result.status === 'fulfilled' ? result.value : 0), 0);
}

/** Not one kind could be read: that is the cluster, not the kinds. */
function throwIfSilent(results: readonly PromiseSettledResult<unknown>[]): void {
  const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  if (reasons.length > 0 && reasons.length === results.length) throw reasons[0];
}

function scoped(kind: WatchedKind, namespace: string | undefined): ListQuery {
  return namespace === undefined ? kind : { ...kind, namespace };
}

function reportFailure(query: ListQuery | undefined, reason: unknown, site: Site, ports: Ports): void {
  const fields = { cluster: site.cluster.name, kind: query?.kind, namespace: query?.namespace };
  ports.log.warn('Kind not followed', { ...fields, error: messageOf(reason) });
}

async function sweepIsDue(site: Site, ports: Ports): Promise<boolean> {
  const name = `${site.cluster.name}/sweep`;
  const last = await ports.cursors.get(name);
  const now = ports.clock.now();
  if (last !== undefined && now - Number(last) < SWEEP_EVERY) return false;
  return ports.cursors.set(name, String(Math.floor(now)), last);
}

async function follow(
  query: ListQuery,
  sweep: boolean,
  site: Site,
  ports: Ports,
  options: DiscoverOptions,
): Promise<number> {
  const cursor = cursorOf(query, site);
  const from = await ports.cursors.get(cursor);
  const added = new Set<string>();
  const add = (objects: readonly KubernetesObject[]) => addAll(objects, added, site, ports);
  const followed = from === undefined || sweep ? undefined : await changesSince(query, from, add, site, options);
  const resourceVersion = followed ?? (await everything(query, add, site));
  if (resourceVersion !== from) await ports.cursors.set(cursor, resourceVersion, from);
  return added.size;
}

/** With its group: Istio and App Mesh both have a VirtualService. */
function cursorOf({ apiVersion, kind, namespace = '*' }: ListQuery, { cluster }: Site): string {
  const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : '';
  return `${cluster.name}/${kind}${group}/${namespace}`;
}

type Add = (objects: readonly KubernetesObject[]) => Promise<void>;

/** @returns the place from which to go on */
async function everything(query: ListQuery, add: Add, site: Site): Promise<string> {
  const { items, resourceVersion } = await site.cluster.list(query);
  await add(items);
  return resourceVersion;
}

/** Adds each changed object as it is heard of, so that a watch that is held long is heard at once. @returns undefined when the place is lost */
async function changesSince(
  query: ListQuery,
  from: string,
  add: Add,
  site: Site,
  options: DiscoverOptions,
): Promise<string | undefined> {
  let resourceVersion = from;
  for await (const event of site.cluster.watch({ ...query, resourceVersion: from, timeout: options.watchFor })) {
    if (event.type === 'EXPIRED') return undefined;
    if (event.type === 'BOOKMARK') {
      resourceVersion = event.resourceVersion;
      continue;
    }
    await add([event.object]);
    resourceVersion = event.object.metadata.resourceVersion ?? resourceVersion;
  }
  return resourceVersion;
}

/** @param added collects the keys, for the count */
async function addAll(
  objects: readonly KubernetesObject[],
  added: Set<string>,
  site: Site,
  ports: Ports,
): Promise<void> {
  await rememberKinds(objects, site, ports);
  for (const key of await keysOf(objects, site)) {
    await ports.queue.add(key, ports.clock.now());
    added.add(JSON.stringify(key));
  }
}

/** The objects to reconcile because these changed: themselves, or the Rollouts that stand behind them. */
export async function keysOf(objects: readonly KubernetesObject[], site: Site): Promise<readonly ObjectKey[]> {
  const keys = [
    ...objects.flatMap((object) => ownKey(object, site.cluster.name)),
    ...(await keysBehind(objects, site)),
    ...(await rolloutsReferringTo(
      objects.filter(({ kind }) => !OWN_KINDS.has(kind)),
      site,
    )),
  ];
  return [...new Map(keys.map((key) => [JSON.stringify(key), key])).values()];
}

const OWN_KINDS: ReadonlySet<string> = new Set(WATCHED_KINDS.map(({ kind }) => kind));

function ownKey(object: KubernetesObject, cluster: string): ObjectKey[] {
  const { kind, metadata } = object;
  const { namespace, name } = metadata;
  if (kind === 'Rollout' || kind === 'AnalysisRun' || kind === 'Experiment')
    return [{ cluster, kind, namespace, name }];
  const owner = kind === 'ReplicaSet' ? controllerOf(object) : undefined;
  if (owner?.kind !== 'Rollout' && owner?.kind !== 'Experiment') return [];
  return [{ cluster, kind: owner.kind, namespace, name: owner.name }];
}
