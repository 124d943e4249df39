/** Everything that the API server says about the kinds that matter in one namespace, in the order in which it says it. */
import { ARGO_API_VERSION } from '#core/resources/argo.ts';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { messageOf } from '#core/errors.ts';
import { MINUTE } from '#core/time.ts';
import type { Cluster, ListQuery } from '#shared/ports.ts';

export const RECORDED = [
  { apiVersion: ARGO_API_VERSION, kind: 'Rollout' },
  { apiVersion: ARGO_API_VERSION, kind: 'AnalysisRun' },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'v1', kind: 'Pod' },
  { apiVersion: 'v1', kind: 'Event' },
] as const;

export type RecordedKind = (typeof RECORDED)[number]['kind'];

export interface Recording {
  /** Each version of each object of a kind, deleted ones as they last were. */
  all<T extends KubernetesObject>(kind: RecordedKind): readonly T[];
  /** The versions of one object. */
  of<T extends KubernetesObject>(kind: RecordedKind, name: string): readonly T[];
  /** The newest version of one object; undefined when it was never there or is gone. */
  latest<T extends KubernetesObject>(kind: RecordedKind, name: string): T | undefined;
  stop(): Promise<void>;
}

/** From what is there when it is called. A watch that breaks off goes on after what it said last. */
export async function record(cluster: Cluster, namespace: string): Promise<Recording> {
  const stop = new AbortController();
  const versions = new Map<RecordedKind, KubernetesObject[]>(RECORDED.map(({ kind }) => [kind, []]));
  const gone = new Set<string>();
  const watches: Promise<void>[] = [];
  for (const { apiVersion, kind } of RECORDED) {
    const query = { apiVersion, kind, namespace };
    const seen = versions.get(kind) ?? [];
    const list = await cluster.list(query);
    seen.push(...list.items);
    watches.push(follow(cluster, query, list.resourceVersion, stop.signal, seen, gone));
  }
  const of = (kind: RecordedKind, name: string) =>
    (versions.get(kind) ?? []).filter(({ metadata }) => metadata.name === name);
  return {
    all: <T extends KubernetesObject>(kind: RecordedKind) => [...(versions.get(kind) ?? [])] as T[],
    of: <T extends KubernetesObject>(kind: RecordedKind, name: string) => of(kind, name) as T[],
    latest: <T extends KubernetesObject>(kind: RecordedKind, name: string) => {
      const last = of(kind, name).at(-1);
      return last === undefined || gone.has(last.metadata.uid) ? undefined : (last as T);
    },
    stop: async () => {
      stop.abort();
      await Promise.all(watches);
    },
  };
}

async function follow(
  cluster: Cluster,
  query: ListQuery,
  from: string,
  signal: AbortSignal,
  seen: KubernetesObject[],
  gone: Set<string>,
): Promise<void> {
  let resourceVersion = from;
  while (!signal.aborted) {
    try {
      for await (const event of cluster.watch({ ...query, resourceVersion, timeout: 5 * MINUTE, signal })) {
        if (event.type === 'EXPIRED') throw new Error(event.message);
        resourceVersion =
          (event.type === 'BOOKMARK' ? event.resourceVersion : event.object.metadata.resourceVersion) ??
          resourceVersion;
        if (event.type === 'BOOKMARK') continue;
        seen.push(event.object);
        if (event.type === 'DELETED') gone.add(event.object.metadata.uid);
      }
    } catch (error) {
      if (!/no answer/.test(messageOf(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
