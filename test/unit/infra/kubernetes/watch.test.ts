import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { refOf, type ApiObject } from '../../../../infra/local/kubernetes/objects.ts';
import type { StoreQuery } from '../../../../infra/local/kubernetes/query.ts';
import { Store } from '../../../../infra/local/kubernetes/store.ts';
import { openWatch, type WatchedChange } from '../../../../infra/local/kubernetes/watch.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { configMap, rollout } from './manifests.ts';

const CONFIG_MAPS: StoreQuery = { apiVersion: 'v1', kind: 'ConfigMap' };

function aStore(history = 100): Store {
  return new Store({ clock: new VirtualClock(), history });
}

function heard(store: Store, query: StoreQuery, resourceVersion?: string): string[] {
  const texts: string[] = [];
  const note = ({ type, object }: WatchedChange): void => void texts.push(`${type} ${object.metadata.name}`);
  openWatch(store, query, resourceVersion, note);
  return texts;
}

function label(store: Store, object: ApiObject, app: string | null): void {
  store.patch(refOf(object), { type: 'merge', body: { metadata: { labels: { app } } } });
}

describe('a watch', () => {
  it('given a place to start from, then it tells what happened since and what happens', () => {
    const store = aStore();
    store.create(configMap('before'));
    const { resourceVersion } = store;
    const created = store.create(configMap('a'));
    store.create(rollout('of-another-kind'));
    const texts = heard(store, CONFIG_MAPS, resourceVersion);
    expect(texts).toEqual(['ADDED a']);
    label(store, created, 'web');
    store.delete(refOf(created));
    expect(texts).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
  });

  it.each([undefined, '', '0'])('given no place (%p), then it begins with what is there', (resourceVersion) => {
    const store = aStore();
    store.create(configMap('b'));
    store.create(configMap('a'));
    expect(heard(store, CONFIG_MAPS, resourceVersion)).toEqual(['ADDED a', 'ADDED b']);
  });

  it('given a selector, then objects come and go as they begin and cease to match', () => {
    const store = aStore();
    const texts = heard(store, { ...CONFIG_MAPS, labelSelector: 'app=web' }, '0');
    const created = store.create(configMap('a'));
    label(store, created, 'web');
    store.patch(refOf(created), { type: 'merge', body: { data: { x: 'y' } } });
    label(store, created, null);
    label(store, created, 'api');
    label(store, created, 'web');
    store.delete(refOf(created));
    expect(texts).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a', 'ADDED a', 'DELETED a']);
  });

  it('given a write that takes the label and the last finalizer of a dying object, then it is told as deleted', () => {
    const store = aStore();
    const metadata = { labels: { app: 'web' }, finalizers: ['x/hold'] };
    const created = store.create(configMap('a', { metadata }));
    store.delete(refOf(created));
    const texts = heard(store, { ...CONFIG_MAPS, labelSelector: 'app=web' }, store.resourceVersion);
    store.patch(refOf(created), { type: 'merge', body: { metadata: { labels: null, finalizers: null } } });
    expect(texts).toEqual(['DELETED a']);
  });

  it('given a namespace, then only that one is heard of', () => {
    const store = aStore();
    const texts = heard(store, { ...CONFIG_MAPS, namespace: 'other' }, '0');
    store.create(configMap('a'));
    store.create(configMap('b', { metadata: { namespace: 'other' } }));
    expect(texts).toEqual(['ADDED b']);
  });

  it.each([
    {
      given: 'a place that has left the ring',
      resourceVersion: '2',
      code: 410,
      message: 'too old resource version: 2 (3)',
    },
    { given: 'a place to come', resourceVersion: '9', code: 504, message: 'Too large resource version: 9, current: 5' },
    {
      given: 'no number',
      resourceVersion: 'x',
      code: 400,
      message: 'resourceVersion: Invalid value: "x": must be a number',
    },
  ])('given $given, then it is refused with $code', ({ resourceVersion, code, message }) => {
    const store = aStore(2);
    for (const name of ['a', 'b', 'c', 'd', 'e']) store.create(configMap(name));
    expect(() => heard(store, CONFIG_MAPS, resourceVersion)).toThrow(expect.objectContaining({ code, message }));
    expect(heard(store, CONFIG_MAPS, '3')).toEqual(['ADDED d', 'ADDED e']);
  });

  it('given a compaction, then every earlier place is lost and the present one is not', () => {
    const store = aStore();
    store.create(configMap('a'));
    store.create(configMap('b'));
    store.compact();
    expect(() => heard(store, CONFIG_MAPS, '1')).toThrow(expect.objectContaining({ code: 410 }));
    expect(heard(store, CONFIG_MAPS, '2')).toEqual([]);
  });

  it('given any writes, then a list and a watch from any place between them lead to the same objects', () => {
    const writes = fc.array(
      fc.record({ name: fc.constantFrom('a', 'b', 'c'), app: fc.constantFrom('web', 'api', null) }),
    );
    fc.assert(
      fc.property(writes, writes, (before, after) => {
        const store = aStore(1_000);
        for (const write of before) apply(store, write);
        const query = { ...CONFIG_MAPS, labelSelector: 'app=web' };
        const list = store.list(query);
        const known = new Map(list.items.map((object) => [object.metadata.name, object]));
        for (const write of after) apply(store, write);
        openWatch(store, query, list.resourceVersion, ({ type, object }) => {
          if (type === 'DELETED') known.delete(object.metadata.name);
          else known.set(object.metadata.name, object);
        });
        const sorted = [...known.values()].toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name));
        expect(sorted).toEqual(store.list(query).items);
      }),
      { numRuns: 100 },
    );
  });
});

/** Creates, labels, or (for no label) deletes. */
function apply(store: Store, write: { readonly name: string; readonly app: string | null }): void {
  const found = store.find({ ...CONFIG_MAPS, namespace: 'shop', name: write.name });
  if (found === undefined) store.create(configMap(write.name, { metadata: { labels: { app: write.app ?? 'api' } } }));
  else if (write.app === null) store.delete(refOf(found));
  else label(store, found, write.app);
}
