/** The rollouts of all clusters, as far as they answer; and the runs and Experiments of a name. */
import { messageOf, TransientError } from '#core/errors.ts';
import { ARGO_API_VERSION, type Rollout } from '#core/resources/argo.ts';
import type { TargetKind } from '#core/commands/command.ts';
import type { RolloutName } from '#core/commands/resolve-name.ts';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import type { ListQuery, Log, Site } from '../ports.ts';

export interface Found {
  readonly name: RolloutName;
  readonly rollout: Rollout;
}

export interface Overview {
  readonly found: readonly Found[];
  /** Clusters that did not answer. */
  readonly silent: readonly string[];
}

export interface FoundObject<T extends KubernetesObject> {
  readonly name: RolloutName;
  readonly object: T;
}

export interface FoundObjects<T extends KubernetesObject> {
  readonly found: readonly FoundObject<T>[];
  readonly silent: readonly string[];
}

type Sites = ReadonlyMap<string, Site>;

/**
 * A cluster that is down hides its own rollouts only.
 * @param patience resolves when those that have not answered yet are not waited for any longer
 */
export async function findRollouts(sites: Sites, log: Log, patience?: Promise<unknown>): Promise<Overview> {
  const { found, silent } = await findAll<Rollout>({ kind: 'Rollout' }, sites, log, patience);
  return { found: found.map(({ name, object }) => ({ name, rollout: object })), silent };
}

/** @param name without cluster and namespace */
export async function findTargets(
  kind: TargetKind,
  name: string,
  sites: Sites,
  log: Log,
  patience?: Promise<unknown>,
): Promise<FoundObjects<KubernetesObject>> {
  // What cannot be a name is not asked for: the API server would refuse the question, not answer it.
  if (!/^[a-z0-9][-a-z0-9.]*$/.test(name)) return { found: [], silent: [] };
  return findAll({ kind, fieldSelector: `metadata.name=${name}` }, sites, log, patience);
}

async function findAll<T extends KubernetesObject>(
  query: Pick<ListQuery, 'kind' | 'fieldSelector'>,
  sites: Sites,
  log: Log,
  patience: Promise<unknown> | undefined,
): Promise<FoundObjects<T>> {
  const over = patience?.then(() => Promise.reject(new TransientError('no answer in time')));
  // Where all have answered nobody is left to hear it.
  over?.catch(() => undefined);
  const within = (work: Promise<readonly FoundObject<T>[]>) => (over === undefined ? work : Promise.race([work, over]));
  const results = await Promise.allSettled([...sites.values()].map((site) => within(ofSite<T>(site, query))));
  const silent: string[] = [];
  const found = results.flatMap((result, index) => {
    if (result.status === 'fulfilled') return result.value;
    const cluster = [...sites.keys()][index] ?? '';
    log.warn('Cluster not reached', { cluster, error: messageOf(result.reason) });
    silent.push(cluster);
    return [];
  });
  return { found, silent };
}

async function ofSite<T extends KubernetesObject>(
  { cluster, namespaces }: Site,
  query: Pick<ListQuery, 'kind' | 'fieldSelector'>,
): Promise<readonly FoundObject<T>[]> {
  const scopes = namespaces.length === 0 ? [{}] : namespaces.map((namespace) => ({ namespace }));
  const lists = await Promise.all(
    scopes.map((scope) => cluster.list<T>({ apiVersion: ARGO_API_VERSION, ...query, ...scope })),
  );
  return lists
    .flatMap(({ items }) => items)
    .map((object) => {
      const { namespace, name } = object.metadata;
      return { name: { cluster: cluster.name, namespace, name }, object };
    });
}
