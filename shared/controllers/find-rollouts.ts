/** The rollouts of all clusters, as far as they answer. */
import { messageOf, TransientError } from '#core/errors.ts';
import { ARGO_API_VERSION, type Rollout } from '#core/resources/argo.ts';
import type { RolloutName } from '#core/commands/resolve-name.ts';
import type { Log, Site } from '../ports.ts';

export interface Found {
  readonly name: RolloutName;
  readonly rollout: Rollout;
}

export interface Overview {
  readonly found: readonly Found[];
  /** Clusters that did not answer. */
  readonly silent: readonly string[];
}

/**
 * A cluster that is down hides its own rollouts only.
 * @param patience resolves when those that have not answered yet are not waited for any longer
 */
export async function findRollouts(
  sites: ReadonlyMap<string, Site>,
  log: Log,
  patience?: Promise<unknown>,
): Promise<Overview> {
  const over = patience?.then(() => Promise.reject(new TransientError('no answer in time')));
  // Where all have answered nobody is left to hear it.
  over?.catch(() => undefined);
  const within = (work: Promise<readonly Found[]>) => (over === undefined ? work : Promise.race([work, over]));
  const results = await Promise.allSettled([...sites.values()].map((site) => within(ofSite(site))));
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

async function ofSite({ cluster, namespaces }: Site): Promise<readonly Found[]> {
  const scopes = namespaces.length === 0 ? [{}] : namespaces.map((namespace) => ({ namespace }));
  const lists = await Promise.all(
    scopes.map((scope) => cluster.list<Rollout>({ apiVersion: ARGO_API_VERSION, kind: 'Rollout', ...scope })),
  );
  return lists
    .flatMap(({ items }) => items)
    .map((rollout) => {
      const { namespace, name } = rollout.metadata;
      return { name: { cluster: cluster.name, namespace, name }, rollout };
    });
}
