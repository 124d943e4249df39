/** The cluster as one process sees it: late answers, lost answers, watches with gaps. */
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import type { Cluster, WatchEvent, WatchQuery } from '#shared/ports.ts';
import { reading, writing, type Troubled } from './trouble.ts';

/** Told of each write as it is made, and of the reads before it. */
export interface Watcher {
  /** @param read what this process has read of the Rollout and its runs */
  reads(process: string, object: KubernetesObject | readonly KubernetesObject[]): void;
  writes(process: string): void;
}

export function troubledCluster(cluster: Cluster, watcher: Watcher, troubled: Troubled): Cluster {
  const { name: process } = troubled.process;
  const write = <T>(label: string, perform: () => Promise<T>) =>
    writing(
      label,
      () => {
        watcher.writes(process);
        return perform();
      },
      troubled,
      { refusable: true },
    );
  return {
    name: cluster.name,
    get: (ref) =>
      reading(
        `get ${ref.kind}`,
        async () => {
          const object = await cluster.get(ref);
          if (object !== undefined) watcher.reads(process, object);
          return object as never;
        },
        troubled,
      ),
    list: (query) =>
      reading(
        `list ${query.kind}`,
        async () => {
          const found = await cluster.list(query);
          watcher.reads(process, found.items);
          return found as never;
        },
        troubled,
      ),
    watch: (query) => watchWithGaps(cluster, query, troubled),
    create: (object) => write(`create ${object.kind}`, () => cluster.create(object)),
    patch: (ref, ...rest) => write(`patch ${ref.kind}`, () => cluster.patch(ref, ...rest)),
    patchStatus: (object, ...rest) => write(`status ${object.kind}`, () => cluster.patchStatus(object, ...rest)),
    delete: (ref, options) => write(`delete ${ref.kind}`, () => cluster.delete(ref, options)),
  };
}

/** The place may be lost, and the stream may break off in the middle. */
async function* watchWithGaps(cluster: Cluster, query: WatchQuery, troubled: Troubled): AsyncGenerator<WatchEvent> {
  const { random, weather } = troubled;
  await reading(`watch ${query.kind}`, async () => undefined, troubled);
  if (random.chance(weather.current.refuse)) {
    yield { type: 'EXPIRED', message: '410' };
    return;
  }
  for await (const event of cluster.watch(query)) {
    if (random.chance(weather.current.refuse)) return;
    yield event;
  }
}
