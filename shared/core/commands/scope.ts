/** What a freeze is for, as a person types it: `prod/shop/*`, `prod`, `*`, or the name of one rollout. */
import type { Resolved, RolloutName } from './resolve-name.ts';

/** @returns undefined: it is the name of one rollout */
export function asScope(typed: string, clusters: readonly string[]): Resolved | undefined {
  const parts = typed.split('/').filter((part) => part !== '');
  const [cluster = '', namespace = '*', name = '*'] = parts;
  const isCluster = parts.length === 1 && clusters.includes(cluster);
  if (!typed.includes('*') && !isCluster) return undefined;
  if (parts.length > 3) return { problem: `"${typed}" is no scope: cluster/namespace/rollout at most` };
  if (parts.some((part) => /\*./.test(part))) return { problem: `"${typed}": a * stands at the end of a part` };
  if (!clusters.some((known) => (cluster.endsWith('*') ? known.startsWith(cluster.slice(0, -1)) : known === cluster)))
    return {
      problem: `no cluster "${cluster}"; a scope is cluster/namespace/rollout; there are: ${clusters.join(', ')}`,
    };
  return { one: { cluster, namespace, name } };
}

/** A freeze may outlive its rollout: what is written in full needs no rollout to be lifted. */
export function asFullName(typed: string, clusters: readonly string[]): RolloutName | undefined {
  const [cluster = '', namespace = '', name = '', ...rest] = typed.split('/');
  const isFull = clusters.includes(cluster) && namespace !== '' && name !== '' && rest.length === 0;
  return isFull ? { cluster, namespace, name } : undefined;
}
