/** Everything that the API server says about the kinds that matter in one namespace, in the order in which it says it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ARGO_API_VERSION } from '#core/resources/argo.ts';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { TransientError } from '#core/errors.ts';
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

/** From what is there when it is called. A watch that breaks off begins anew from a list. */
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
    watches.push(follow({ cluster, query, signal: stop.signal, seen, gone }, list.resourceVersion));
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

interface Followed {
  readonly cluster: Cluster;
  readonly query: ListQuery;
  readonly signal: AbortSignal;
  readonly seen: KubernetesObject[];
  readonly gone: Set<string>;
}

async function follow(followed: Followed, from: string): Promise<void> {
  let place: string | undefined = from;
  while (!followed.signal.aborted) {
    try {
      place = await watchOn(followed, place ?? (await listAgain(followed)));
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      place = undefined;
      await sleep(100);
    }
  }
}

/** @returns where to go on; undefined: the server has forgotten it */
async function watchOn({ cluster, query, signal, seen, gone }: Followed, from: string): Promise<string | undefined> {
  let place = from;
  for await (const event of cluster.watch({ ...query, resourceVersion: from, timeout: 5 * MINUTE, signal })) {
    if (event.type === 'EXPIRED') return undefined;
    place = (event.type === 'BOOKMARK' ? event.resourceVersion : event.object.metadata.resourceVersion) ?? place;
    if (event.type === 'BOOKMARK') continue;
    seen.push(event.object);
    if (event.type === 'DELETED') gone.add(event.object.metadata.uid);
  }
  return place;
}

async function listAgain({ cluster, query, seen, gone }: Followed): Promise<string> {
  const { items, resourceVersion } = await cluster.list(query);
  const there = new Set(items.map(({ metadata }) => metadata.uid));
  for (const { metadata } of seen) if (!there.has(metadata.uid)) gone.add(metadata.uid);
  seen.push(...items);
  return resourceVersion;
}
