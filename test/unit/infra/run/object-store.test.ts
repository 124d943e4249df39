import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { ObjectStore } from '../../../../infra/run/cache/object-store.ts';

interface Given {
  readonly version?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly deleting?: boolean;
  readonly labels?: Record<string, string>;
}

function anObject({
  version = '10',
  name = 'a',
  namespace = 'shop',
  uid = name,
  ...rest
}: Given = {}): KubernetesObject {
  const metadata = {
    name,
    namespace,
    uid,
    resourceVersion: version,
    ...(rest.labels === undefined ? {} : { labels: rest.labels }),
    ...(rest.deleting === true ? { deletionTimestamp: '2026-11-24T12:00:00Z' } : {}),
  };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata };
}

function versions(store: ObjectStore): readonly (string | undefined)[] {
  return [...store.list()].map(({ metadata }) => metadata.resourceVersion);
}

describe('what is kept of a kind', () => {
  it.each([
    { given: 'a newer state', known: '10', heard: '11', then: 'it is news', news: true, kept: '11' },
    { given: 'the state that is known', known: '10', heard: '10', then: 'it is no news', news: false, kept: '10' },
    { given: 'a late older state', known: '10', heard: '9', then: 'it is left aside', news: false, kept: '10' },
    { given: 'versions of another length', known: '99', heard: '100', then: 'they count', news: true, kept: '100' },
    {
      given: 'versions that are no numbers',
      known: 'x9',
      heard: 'x1',
      then: 'the last counts',
      news: true,
      kept: 'x1',
    },
  ])('given $given, then $then', ({ known, heard, news, kept }) => {
    const store = new ObjectStore();
    store.put(anObject({ version: known }));
    expect(store.put(anObject({ version: heard }))).toBe(news);
    expect(versions(store)).toEqual([kept]);
  });

  it('given an object that is gone, when a late event of it comes, then it stays gone', () => {
    const store = new ObjectStore();
    store.put(anObject({ version: '10' }));
    store.remove(anObject({ version: '12' }));
    expect(store.put(anObject({ version: '11' }))).toBe(false);
    expect(store.size).toBe(0);
  });

  it('given an object that was deleted and is kept by a finalizer, when that is heard of, then it is there again', () => {
    const store = new ObjectStore();
    store.put(anObject({ version: '10' }));
    store.remove(anObject());
    expect(store.put(anObject({ version: '11', deleting: true }))).toBe(true);
    expect(store.size).toBe(1);
  });

  it('given a name that was taken anew, when the end of the one before is heard late, then the new one stays', () => {
    const store = new ObjectStore();
    store.put(anObject({ version: '10', uid: 'old' }));
    store.put(anObject({ version: '12', uid: 'new' }));
    expect(store.remove(anObject({ version: '11', uid: 'old' }))).toBe(false);
    expect(versions(store)).toEqual(['12']);
  });

  it('given a list, then it replaces its scope, but for what is newer than the list', () => {
    const store = new ObjectStore();
    store.put(anObject({ name: 'gone', version: '5' }));
    store.put(anObject({ name: 'written-meanwhile', version: '21' }));
    store.put(anObject({ name: 'elsewhere', namespace: 'other', version: '5' }));
    const changed = store.replace('shop', [anObject({ name: 'new', version: '20' })], '20');
    expect(changed.map(({ metadata }) => metadata.name).toSorted()).toEqual(['gone', 'new']);
    expect([...store.list()].map(({ metadata }) => metadata.name).toSorted()).toEqual([
      'elsewhere',
      'new',
      'written-meanwhile',
    ]);
  });

  it('given changed labels, then the index finds it by the new ones only', () => {
    const store = new ObjectStore();
    store.put(anObject({ version: '1', labels: { app: 'a' } }));
    store.put(anObject({ version: '2', labels: { app: 'b' } }));
    expect([...store.labelled('shop', 'app', 'a')]).toEqual([]);
    expect([...store.labelled('shop', 'app', 'b')]).toHaveLength(1);
  });

  it('given who wrote which field, then that is not kept', () => {
    const store = new ObjectStore();
    const object = anObject();
    Object.assign(object.metadata, { managedFields: [{ manager: 'kubectl' }] });
    store.put(object);
    expect(store.get('shop', 'a')?.metadata).not.toHaveProperty('managedFields');
  });
});
