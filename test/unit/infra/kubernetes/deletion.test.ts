import { describe, expect, it } from '@jest/globals';
import { refOf, type ApiObject } from '../../../../infra/local/kubernetes/objects.ts';
import { Store } from '../../../../infra/local/kubernetes/store.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { configMap, pod } from './manifests.ts';

function aStore(): Store {
  return new Store({ clock: new VirtualClock() });
}

function ownedBy(owners: readonly ApiObject[], blockOwnerDeletion = false): { metadata: object } {
  const ownerReferences = owners.map(({ apiVersion, kind, metadata: { name, uid } }) => {
    const reference = { apiVersion, kind, name, uid };
    return blockOwnerDeletion ? { ...reference, blockOwnerDeletion } : reference;
  });
  return { metadata: { ownerReferences } };
}

function names(store: Store): readonly string[] {
  return store.all().map(({ metadata }) => metadata.name);
}

describe('deleting', () => {
  it('given an object, then it is gone and a last event carries it with a version of its own', () => {
    const store = aStore();
    const created = store.create(configMap('a'));
    expect(store.delete(refOf(created)).gone).toBe(true);
    const [event] = store.eventsSince(created.metadata.resourceVersion);
    expect(event).toMatchObject({ type: 'DELETED', object: { metadata: { name: 'a', resourceVersion: '2' } } });
    expect(() => store.delete(refOf(created))).toThrow('configmaps "a" not found');
  });

  it.each([
    { given: 'another uid', options: { uid: 'other' }, message: /Precondition failed: UID in precondition: other/ },
    { given: 'a stale version', options: { resourceVersion: '0' }, message: /the object has been modified/ },
  ])('given $given as a precondition, then it stays', ({ options, message }) => {
    const store = aStore();
    const created = store.create(configMap('a'));
    expect(() => store.delete(refOf(created), options)).toThrow(message);
    expect(names(store)).toEqual(['a']);
  });

  it('given finalizers, then it is dying until the last of them is gone', () => {
    const store = aStore();
    const created = store.create(configMap('a', { metadata: { finalizers: ['x/a', 'x/b'] } }));
    expect(store.delete(refOf(created))).toMatchObject({
      gone: false,
      object: { metadata: { deletionTimestamp: '2024-01-01T00:00:00Z', deletionGracePeriodSeconds: 0 } },
    });
    const dying = store.get(refOf(created));
    expect(store.delete(refOf(created)).object).toBe(dying);
    store.patch(refOf(created), { type: 'merge', body: { metadata: { finalizers: ['x/b'] } } });
    expect(names(store)).toEqual(['a']);
    store.patch(refOf(created), { type: 'merge', body: { metadata: { finalizers: null } } });
    expect(names(store)).toEqual([]);
  });

  it('given a pod that no kubelet has, then it is gone at once', () => {
    const store = aStore();
    expect(store.delete(refOf(store.create(pod('a')))).gone).toBe(true);
  });

  it('given a pod on a node, then it is given its grace, and goes when that is cut to nothing', () => {
    const store = aStore();
    const spec = { nodeName: 'n', terminationGracePeriodSeconds: 60, containers: [] };
    const ref = refOf(store.create(pod('a', { spec })));
    expect(store.delete(ref).object.metadata).toMatchObject({
      deletionGracePeriodSeconds: 60,
      deletionTimestamp: '2024-01-01T00:01:00Z',
    });
    expect(store.delete(ref, { gracePeriodSeconds: 10 }).object.metadata.deletionGracePeriodSeconds).toBe(10);
    expect(store.delete(ref, { gracePeriodSeconds: 30 }).object.metadata.deletionGracePeriodSeconds).toBe(10);
    expect(store.delete(ref, { gracePeriodSeconds: 0 }).gone).toBe(true);
  });
});

describe('owner references', () => {
  it('given a chain, when its head is deleted, then all follow', () => {
    const store = aStore();
    const head = store.create(configMap('head'));
    const middle = store.create(configMap('middle', ownedBy([head])));
    store.create(configMap('tail', ownedBy([middle])));
    store.create(configMap('other'));
    store.delete(refOf(head));
    expect(names(store)).toEqual(['other']);
  });

  it('given a second owner, then the object stays with that one', () => {
    const store = aStore();
    const [first, second] = [store.create(configMap('first')), store.create(configMap('second'))];
    const child = store.create(configMap('child', ownedBy([first, second])));
    store.delete(refOf(first));
    expect(store.get(refOf(child)).metadata.ownerReferences).toMatchObject([{ name: 'second' }]);
    store.delete(refOf(second));
    expect(names(store)).toEqual([]);
  });

  it('given orphaning, then the dependents stay without an owner', () => {
    const store = aStore();
    const owner = store.create(configMap('owner'));
    const child = store.create(configMap('child', ownedBy([owner])));
    store.delete(refOf(owner), { propagationPolicy: 'Orphan' });
    expect(store.get(refOf(child)).metadata.ownerReferences).toBeUndefined();
  });

  it('given foreground deletion, then the owner waits for the dependents that block it', () => {
    const store = aStore();
    const owner = store.create(configMap('owner'));
    const held = { metadata: { ...ownedBy([owner], true).metadata, finalizers: ['x/hold'] } };
    const child = store.create(configMap('child', held));
    store.delete(refOf(owner), { propagationPolicy: 'Foreground' });
    expect(store.get(refOf(owner)).metadata).toMatchObject({ finalizers: ['foregroundDeletion'] });
    expect(store.get(refOf(child)).metadata.deletionTimestamp).toBeDefined();
    store.patch(refOf(child), { type: 'merge', body: { metadata: { finalizers: null } } });
    expect(names(store)).toEqual([]);
  });

  it('given foreground deletion and a dependent that does not block, then the owner does not wait for it', () => {
    const store = aStore();
    const owner = store.create(configMap('owner'));
    store.create(configMap('child', { metadata: { ...ownedBy([owner]).metadata, finalizers: ['x/hold'] } }));
    expect(store.delete(refOf(owner), { propagationPolicy: 'Foreground' }).gone).toBe(true);
    expect(names(store)).toEqual(['child']);
  });

  it('given foreground deletion without dependents, then the owner is gone at once', () => {
    const store = aStore();
    expect(store.delete(refOf(store.create(configMap('a'))), { propagationPolicy: 'Foreground' }).gone).toBe(true);
  });
});

describe('namespaces', () => {
  it('given that one is deleted, then all in it goes', () => {
    const store = aStore();
    const namespace = store.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    store.create(configMap('a'));
    store.create(configMap('b', { metadata: { namespace: 'other' } }));
    store.delete(refOf(namespace));
    expect(names(store)).toEqual(['b']);
  });
});
