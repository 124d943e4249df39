/** The rollouts of all clusters, within the time that Slack gives. */
import { messageOf } from '#core/errors.ts';
import { ARGO_API_VERSION, type Rollout } from '#core/resources/argo.ts';
import type { Log, Site } from '#shared/ports.ts';
import type { Found } from './questions.ts';

export interface Overview {
  readonly found: readonly Found[];
  /** Clusters that did not answer. */
  readonly silent: readonly string[];
}

/** A cluster that is down hides its own rollouts only. */
export async function findRollouts(sites: ReadonlyMap<string, Site>, log: Log): Promise<Overview> {
  const results = await Promise.allSettled([...sites.values()].map((site) => ofSite(site)));
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
