/** The cluster as one process sees it: late answers, lost answers, answers of some seconds ago, watches with gaps. */
import type { KubernetesObject, ObjectRef } from '#core/resources/kubernetes.ts';
import { SECOND, type Instant, type Millis } from '#core/time.ts';
import type { Cluster, ListQuery, ObjectList, WatchEvent, WatchQuery } from '#shared/ports.ts';
import type { Past } from './past.ts';
import { reading, writing, type Troubled } from './trouble.ts';

/** Told of each write as it is made, and of the reads before it. */
export interface Watcher {
  /** @param at what this process has read of the Rollout and its runs is how they were then */
  reads(process: string, objects: readonly KubernetesObject[], at: Instant): void;
  writes(process: string): void;
}

/** How far a cache may be behind. */
const LONGEST_LAG: Millis = 15 * SECOND;

export function troubledCluster(cluster: Cluster, past: Past, watcher: Watcher, troubled: Troubled): Cluster {
  const { process, random, scheduler, weather } = troubled;
  const write = <T>(label: string, perform: () => Promise<T>) =>
    writing(
      label,
      () => {
        watcher.writes(process.name);
        return perform();
      },
      troubled,
      { refusable: true },
    );

  /** Of now, or of some seconds ago. */
  async function read<T>(now: () => Promise<T>, then: (at: Instant) => T): Promise<{ found: T; at: Instant }> {
    if (!random.chance(weather.current.stale)) return { found: await now(), at: scheduler.now() };
    const at = scheduler.now() - Math.round(random.between(0, LONGEST_LAG));
    scheduler.note(`${process.name} reads what was ${scheduler.now() - at} ms ago`);
    return { found: then(at), at };
  }

  async function get<T extends KubernetesObject>(ref: ObjectRef): Promise<T | undefined> {
    const before = (at: Instant) => past.get(ref, at) as unknown as T | undefined;
    const { found, at } = await read(() => cluster.get<T>(ref), before);
    if (found !== undefined) watcher.reads(process.name, [found], at);
    return found;
  }

  async function list<T extends KubernetesObject>(query: ListQuery): Promise<ObjectList<T>> {
    const newest = await cluster.list<T>(query);
    const before = (at: Instant) => past.list(query, at) as unknown as readonly T[];
    const { found, at } = await read(async () => newest.items, before);
    watcher.reads(process.name, found, at);
    return { items: found, resourceVersion: newest.resourceVersion };
  }

  return {
    name: cluster.name,
    get: <T extends KubernetesObject>(ref: ObjectRef) => reading(`get ${ref.kind}`, () => get<T>(ref), troubled),
    list: <T extends KubernetesObject>(query: ListQuery) =>
      reading(`list ${query.kind}`, () => list<T>(query), troubled),
    watch: (query) => watchWithGaps(cluster, query, troubled),
    create: (object) => write(`create ${object.kind}`, () => cluster.create(object)),
    patch: (ref, ...rest) => write(`patch ${ref.kind}`, () => cluster.patch(ref, ...rest)),
    patchStatus: (object, ...rest) => write(`status ${object.kind}`, () => cluster.patchStatus(object, ...rest)),
    delete: (ref, options) => write(`delete ${ref.kind}`, () => cluster.delete(ref, options)),
  };
}

/** The place may be lost, and the stream may break off in the middle. */
async function* watchWithGaps(cluster: Cluster, query: WatchQuery, troubled: Troubled): AsyncGenerator<WatchEvent> {
  const { random, weather, scheduler } = troubled;
  await reading(`watch ${query.kind}`, async () => undefined, troubled);
  if (random.chance(weather.current.refuse)) {
    scheduler.note(`watch ${query.kind}: 410`);
    yield { type: 'EXPIRED', message: '410' };
    return;
  }
  for await (const event of cluster.watch(query)) {
    if (random.chance(weather.current.refuse)) return scheduler.note(`watch ${query.kind} breaks off`);
    yield event;
  }
}
