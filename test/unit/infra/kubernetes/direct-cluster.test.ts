import { describe, expect, it } from '@jest/globals';
import { ConflictError, DeniedError, InvalidSpecError, TransientError } from '#core/errors.ts';
import type { KubernetesObject, NewObject, ObjectRef } from '#core/resources/kubernetes.ts';
import type { Cluster, WatchEvent, WatchQuery } from '#shared/ports.ts';
import { createDirectCluster } from '../../../../infra/local/kubernetes/direct-cluster.ts';
import { StatusError } from '../../../../infra/local/kubernetes/status-error.ts';
import { Store } from '../../../../infra/local/kubernetes/store.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { analysisRun, configMap, rollout } from './manifests.ts';

const CONFIG_MAP: ObjectRef = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'a' };

function aStore(): Store {
  return new Store({ clock: new VirtualClock() });
}

function create(cluster: Cluster, object: object): Promise<KubernetesObject> {
  return cluster.create(object as NewObject);
}

async function told(cluster: Cluster, query: Partial<WatchQuery>): Promise<string[]> {
  const texts: string[] = [];
  const all: WatchQuery = { ...CONFIG_MAP, resourceVersion: '0', timeout: 1_000, ...query };
  for await (const event of cluster.watch(all)) texts.push(textOf(event));
  return texts;
}

function textOf(event: WatchEvent): string {
  switch (event.type) {
    case 'BOOKMARK':
      return `BOOKMARK ${event.resourceVersion}`;
    case 'EXPIRED':
      return `EXPIRED ${event.message}`;
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return `${event.type} ${event.object.metadata.name}`;
  }
}

describe('the direct cluster', () => {
  it('given what it hands out, when that is written into, then it fails at once, and the store is as it was', async () => {
    const cluster = createDirectCluster('local', aStore());
    const created = await create(cluster, configMap('a', { metadata: { labels: { a: 'b' } } }));
    expect(() => (created.metadata.labels = {})).toThrow(TypeError);
    expect((await cluster.get(CONFIG_MAP))?.metadata.labels).toEqual({ a: 'b' });
  });

  it('given a missing object, then get is undefined, delete succeeds and patch says to look again', async () => {
    const cluster = createDirectCluster('local', aStore());
    expect(await cluster.get(CONFIG_MAP)).toBeUndefined();
    await cluster.delete(CONFIG_MAP);
    await expect(cluster.patch(CONFIG_MAP, {})).rejects.toThrow(ConflictError);
  });

  it('given a kind that is not installed, then there is no object of it and all else is a mistake', async () => {
    const cluster = createDirectCluster('local', aStore());
    const unknown = { ...CONFIG_MAP, kind: 'Unknown' };
    expect(await cluster.get(unknown)).toBeUndefined();
    await cluster.delete(unknown);
    const message = 'there is no kind Unknown in v1: install its CustomResourceDefinition';
    await expect(cluster.list(unknown)).rejects.toThrow(new InvalidSpecError(message));
    await expect(cluster.patch(unknown, {})).rejects.toThrow(InvalidSpecError);
    await expect(told(cluster, unknown)).rejects.toThrow(InvalidSpecError);
  });

  it('given a guarded patch, then it is refused once the object is at another version', async () => {
    const cluster = createDirectCluster('local', aStore());
    const { resourceVersion } = (await create(cluster, configMap('a'))).metadata;
    const patched = await cluster.patch(CONFIG_MAP, { metadata: { labels: { a: 'b' } } }, resourceVersion);
    expect(patched.metadata.labels).toEqual({ a: 'b' });
    await expect(cluster.patch(CONFIG_MAP, { data: {} }, resourceVersion)).rejects.toThrow(ConflictError);
  });

  it.each([
    { kind: 'Rollout', object: rollout('a') },
    { kind: 'AnalysisRun', object: analysisRun('a') },
  ])('given a $kind, then its status is written, guarded unless told otherwise', async ({ object }) => {
    const cluster = createDirectCluster('local', aStore());
    const created = await create(cluster, object);
    const first = await cluster.patchStatus(created, { phase: 'Running', message: 'x' });
    expect(first).toMatchObject({ status: { phase: 'Running', message: 'x' } });
    await expect(cluster.patchStatus(created, { phase: 'Failed' })).rejects.toThrow(ConflictError);
    const forced = await cluster.patchStatus(created, { phase: 'Failed' }, { guarded: false });
    expect(forced).toMatchObject({ status: { phase: 'Failed', message: 'x' } });
    expect(await cluster.patchStatus(first, { phase: 'Running', message: 'x' })).toBe(first);
  });

  it.each([
    { code: 409, error: ConflictError },
    { code: 403, error: DeniedError },
    { code: 401, error: DeniedError },
    { code: 422, error: InvalidSpecError },
    { code: 429, error: TransientError },
    { code: 503, error: TransientError },
  ])('given a fault with $code, then it is a $error.name', async ({ code, error }) => {
    const store = aStore();
    store.intercept({
      before: () => {
        throw new StatusError(code, 'Fault', 'put in', { retryAfterSeconds: 3 });
      },
    });
    const cluster = createDirectCluster('local', store);
    await expect(cluster.get(CONFIG_MAP)).rejects.toThrow(error);
    await expect(cluster.list(CONFIG_MAP)).rejects.toThrow(error);
    if (code >= 429) await expect(create(cluster, configMap('a'))).rejects.toMatchObject({ retryAfter: 3_000 });
  });

  it('given another uid, then delete does not touch the object', async () => {
    const store = aStore();
    const cluster = createDirectCluster('local', store);
    await create(cluster, configMap('a'));
    await expect(cluster.delete(CONFIG_MAP, { uid: 'other' })).rejects.toThrow(ConflictError);
    expect(store.all()).toHaveLength(1);
  });
});

describe('a watch of the direct cluster', () => {
  it('given no timers, then it tells what has happened, where to go on, and ends', async () => {
    const cluster = createDirectCluster('local', aStore());
    await create(cluster, configMap('a'));
    await create(cluster, rollout('other'));
    await create(cluster, configMap('b'));
    expect(await told(cluster, { resourceVersion: '1' })).toEqual(['ADDED b', 'BOOKMARK 3']);
    expect(await told(cluster, { resourceVersion: '3' })).toEqual(['BOOKMARK 3']);
  });

  it('given a place that is lost, then it says so', async () => {
    const store = aStore();
    const cluster = createDirectCluster('local', store);
    await create(cluster, configMap('a'));
    await create(cluster, configMap('b'));
    store.compact();
    expect(await told(cluster, { resourceVersion: '1' })).toEqual(['EXPIRED too old resource version: 1 (2)']);
    expect(await told(cluster, { resourceVersion: '9' })).toEqual([
      'EXPIRED Too large resource version: 9, current: 2',
    ]);
  });

  it('given timers, then it stays open until its time is over', async () => {
    const clock = new VirtualClock();
    const cluster = createDirectCluster('local', new Store({ clock }), { holdWatches: clock });
    const reading = told(cluster, { timeout: 5_000 });
    await create(cluster, configMap('a'));
    clock.after(4_000, async () => void (await create(cluster, configMap('b'))));
    clock.after(6_000, async () => void (await create(cluster, configMap('c'))));
    await clock.advance(10_000);
    expect(await reading).toEqual(['ADDED a', 'ADDED b', 'BOOKMARK 2']);
  });

  it('given timers and a signal, when that aborts, then it ends and waits for nothing more', async () => {
    const clock = new VirtualClock();
    const cluster = createDirectCluster('local', new Store({ clock }), { holdWatches: clock });
    const abort = new AbortController();
    const reading = told(cluster, { timeout: 5_000, signal: abort.signal });
    await create(cluster, configMap('a'));
    abort.abort();
    expect(await reading).toEqual(['ADDED a', 'BOOKMARK 1']);
    expect(clock.pending).toBe(0);
  });
});
