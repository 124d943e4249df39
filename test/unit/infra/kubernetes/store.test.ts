import { describe, expect, it } from '@jest/globals';
import { refOf, type ApiObject, type SentObject } from '../../../../infra/local/kubernetes/objects.ts';
import { StatusError } from '../../../../infra/local/kubernetes/status-error.ts';
import { Store } from '../../../../infra/local/kubernetes/store.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { analysisRun, configMap, pod, rollout } from './manifests.ts';

function aStore(): Store {
  return new Store({ clock: new VirtualClock(Date.UTC(2024, 0, 1, 12, 0, 0, 750)) });
}

function refusal(attempt: () => unknown): Pick<StatusError, 'code' | 'reason' | 'message'> {
  try {
    attempt();
  } catch (error) {
    if (error instanceof StatusError) return { code: error.code, reason: error.reason, message: error.message };
    throw error;
  }
  throw new Error('it was not refused');
}

function merge(store: Store, object: ApiObject, body: object, subresource?: 'status'): ApiObject {
  return store.patch(refOf(object), { type: 'merge', body }, subresource);
}

describe('creating', () => {
  it('given a new object, then it has an identity, a version and whole seconds', () => {
    const { metadata } = aStore().create(rollout('checkout', { metadata: { uid: 'mine', generation: 7 } }));
    expect(metadata).toEqual({
      name: 'checkout',
      namespace: 'shop',
      uid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/),
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2024-01-01T12:00:00Z',
    });
  });

  it('given the same seed, then the uids and generated names are the same', () => {
    const draw = (): readonly string[] => {
      const store = aStore();
      const made = [1, 2].map(() =>
        store.create(configMap('', { metadata: { name: undefined, generateName: 'job-' } })),
      );
      return made.flatMap(({ metadata }) => [metadata.uid, metadata.name]);
    };
    expect(draw()).toEqual(draw());
    expect(new Set(draw()).size).toBe(4);
    expect(draw()[1]).toMatch(/^job-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  it('given a generated name that is taken, then another one is drawn', () => {
    const generated = configMap('', { metadata: { name: undefined, generateName: 'job-' } });
    const [first, second] = [aStore(), aStore()];
    first.create(configMap('other'));
    const { name } = first.create(generated).metadata;
    second.create(configMap(name));
    expect(second.create(generated).metadata.name).not.toBe(name);
  });

  it('given a status, then it is dropped where status is a subresource and kept elsewhere', () => {
    const store = aStore();
    expect(store.create(rollout('a', { status: { phase: 'Healthy' } }))['status']).toBeUndefined();
    expect(store.create(analysisRun('a', { status: { phase: 'Running' } }))['status']).toEqual({ phase: 'Running' });
  });

  it.each<{ given: string; object: SentObject; code: number; reason: string; message: unknown }>([
    {
      given: 'a taken name',
      object: rollout('taken'),
      code: 409,
      reason: 'AlreadyExists',
      message: 'rollouts.argoproj.io "taken" already exists',
    },
    {
      given: 'no name',
      object: rollout(''),
      code: 422,
      reason: 'Invalid',
      message: 'Rollout.argoproj.io "" is invalid: metadata.name: Required value: name or generateName is required',
    },
    {
      given: 'a name with capitals',
      object: configMap('Nope'),
      code: 422,
      reason: 'Invalid',
      message: expect.stringMatching(/^ConfigMap "Nope" is invalid: metadata.name: Invalid value: "Nope": a lowercase/),
    },
    {
      given: 'an unknown kind',
      object: { apiVersion: 'v1', kind: 'Unknown', metadata: {} },
      code: 404,
      reason: 'NotFound',
      message: 'the server could not find the requested resource',
    },
    {
      given: 'a resourceVersion',
      object: configMap('a', { metadata: { resourceVersion: '4' } }),
      code: 400,
      reason: 'BadRequest',
      message: 'resourceVersion should not be set on objects to be created',
    },
  ])('given $given, then it is refused with $code $reason', ({ object, code, reason, message }) => {
    const store = aStore();
    store.create(rollout('taken'));
    expect(refusal(() => store.create(object))).toEqual({ code, reason, message });
  });

  it('given what came out, when it is written to, then it is frozen', () => {
    const { metadata } = aStore().create(configMap('a', { metadata: { labels: { a: 'b' } } }));
    expect(() => Object.assign(metadata.labels ?? {}, { a: 'c' })).toThrow(TypeError);
  });
});

describe('changing', () => {
  it.each<{ given: string; object: SentObject; patch: object; generation: number }>([
    { given: 'the spec of a Rollout', object: rollout('a'), patch: { spec: { replicas: 2 } }, generation: 2 },
    { given: 'a label of a Rollout', object: rollout('a'), patch: { metadata: { labels: { a: 'b' } } }, generation: 1 },
    {
      given: 'the status of a Rollout beside the subresource',
      object: rollout('a'),
      patch: { status: { a: 1 } },
      generation: 1,
    },
    {
      given: 'the status of an AnalysisRun, which has no subresource',
      object: analysisRun('a'),
      patch: { status: { phase: 'Running' } },
      generation: 2,
    },
  ])('given a patch of $given, then the generation is $generation', ({ object, patch, generation }) => {
    const store = aStore();
    expect(merge(store, store.create(object), patch).metadata.generation).toBe(generation);
  });

  it('given a status write, then only the status changes', () => {
    const store = aStore();
    const created = store.create(rollout('a'));
    const body = { spec: { replicas: 9 }, metadata: { labels: { a: 'b' } }, status: { replicas: 1 } };
    const changed = merge(store, created, body, 'status');
    expect(changed).toEqual({
      ...created,
      status: { replicas: 1 },
      metadata: { ...created.metadata, resourceVersion: '2' },
    });
  });

  it('given a main write, then the status stays', () => {
    const store = aStore();
    const created = merge(store, store.create(rollout('a')), { status: { replicas: 1 } }, 'status');
    const updated = store.update({ ...created, spec: { replicas: 3 }, status: { replicas: 99 } });
    expect(updated).toMatchObject({ spec: { replicas: 3 }, status: { replicas: 1 } });
  });

  it('given a write that changes nothing, then there is no new version and nobody hears of it', () => {
    const store = aStore();
    const created = store.create(rollout('a'));
    expect(merge(store, created, { spec: { replicas: 1 } })).toBe(created);
    expect(store.eventsSince(created.metadata.resourceVersion)).toEqual([]);
  });

  it('given fields that are undefined, then they are as if absent', () => {
    const store = aStore();
    const created = store.create({ ...rollout('a'), spec: undefined } as SentObject);
    expect(created).not.toHaveProperty('spec');
    expect(store.replace({ ...created, spec: undefined })).toBe(created);
  });

  it('given what the server owns, when a client writes it, then it stays', () => {
    const store = aStore();
    const created = store.create(rollout('a'));
    const body = { metadata: { creationTimestamp: '1999-01-01T00:00:00Z', generation: 9, deletionTimestamp: 'x' } };
    expect(merge(store, created, body)).toBe(created);
  });

  it.each<{ given: string; change: (object: ApiObject) => object; code: number; message: unknown }>([
    {
      given: 'a stale resourceVersion',
      change: (object) => ({ ...object, metadata: { ...object.metadata, resourceVersion: '1' } }),
      code: 409,
      message:
        'Operation cannot be fulfilled on rollouts.argoproj.io "a": the object has been modified; please apply your changes to the latest version and try again',
    },
    {
      given: 'another uid',
      change: (object) => ({ ...object, metadata: { ...object.metadata, uid: 'other' } }),
      code: 409,
      message: expect.stringContaining('Precondition failed: UID in precondition: other, UID in object meta: '),
    },
    {
      given: 'no resourceVersion on a custom object',
      change: (object) => ({ ...object, metadata: { ...object.metadata, resourceVersion: undefined } }),
      code: 422,
      message:
        'rollouts.argoproj.io "a" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update',
    },
    {
      given: 'a name that is not there',
      change: (object) => ({ ...object, metadata: { ...object.metadata, name: 'b' } }),
      code: 404,
      message: 'rollouts.argoproj.io "b" not found',
    },
  ])('given an update with $given, then it is refused with $code', ({ change, code, message }) => {
    const store = aStore();
    const created = store.create(rollout('a'));
    const current = merge(store, created, { spec: { replicas: 2 } });
    const sent = change(current) as ApiObject;
    expect(refusal(() => store.update(sent))).toMatchObject({ code, message });
  });

  it('given a patch that names its version, then it is refused once that is stale', () => {
    const store = aStore();
    const created = store.create(rollout('a'));
    const body = { metadata: { resourceVersion: created.metadata.resourceVersion }, spec: { replicas: 2 } };
    merge(store, created, body);
    expect(refusal(() => merge(store, created, { ...body, spec: { replicas: 3 } }))).toMatchObject({ code: 409 });
  });
});

describe('listing', () => {
  it('given objects in two namespaces, then the list is ordered and says where a watch may start', () => {
    const store = aStore();
    for (const [namespace, name] of [
      ['b', 'x'],
      ['a', 'z'],
      ['a', 'y'],
    ]) {
      store.create(configMap('', { metadata: { namespace, name } }));
    }
    const all = store.list({ apiVersion: 'v1', kind: 'ConfigMap' });
    expect(all.items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toEqual(['a/y', 'a/z', 'b/x']);
    expect(all.resourceVersion).toBe('3');
    expect(store.list({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'b' }).items).toHaveLength(1);
    const named = store.list({ apiVersion: 'v1', kind: 'ConfigMap', fieldSelector: 'metadata.name=y' });
    expect(named.items).toHaveLength(1);
  });
});

describe('kinds that are defined at run time', () => {
  const definition: SentObject & Record<string, unknown> = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'virtualservices.networking.istio.io' },
    spec: {
      group: 'networking.istio.io',
      scope: 'Namespaced',
      names: { kind: 'VirtualService', plural: 'virtualservices' },
      versions: [
        { name: 'v1alpha3', served: true, storage: false },
        { name: 'v1', served: true, storage: true, subresources: { status: {} } },
        { name: 'v0', served: false, storage: false },
      ],
    },
  };
  const virtualService = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { hosts: ['web'] },
  };

  it('given a definition, then its objects are served in every version and the definition is established', () => {
    const store = aStore();
    const { status } = store.create(definition);
    expect(status).toMatchObject({ conditions: [{ type: 'NamesAccepted' }, { type: 'Established', status: 'True' }] });
    const versions = store.kinds.find('networking.istio.io/v1', 'VirtualService')?.versions;
    expect(versions).toEqual(['v1', 'v1alpha3']);
    store.create(virtualService);
    const old = store.get({
      ...refOf(virtualService as unknown as ApiObject),
      apiVersion: 'networking.istio.io/v1alpha3',
    });
    expect(old).toMatchObject({ apiVersion: 'networking.istio.io/v1alpha3', spec: { hosts: ['web'] } });
    expect(refusal(() => store.list({ apiVersion: 'networking.istio.io/v0', kind: 'VirtualService' })).code).toBe(404);
  });

  it('given that it is deleted, then its objects and the kind are gone', () => {
    const store = aStore();
    const created = store.create(definition);
    store.create(virtualService);
    store.delete(refOf(created));
    expect(refusal(() => store.create(virtualService)).code).toBe(404);
    expect(store.all()).toEqual([]);
  });
});

describe('a second start', () => {
  it('given a dump, when it is loaded, then all goes on where it stopped', () => {
    const first = aStore();
    const [clock] = [first.clock];
    first.create(rollout('a'));
    first.create(pod('a'));
    const second = Store.load({ clock }, first.dump());
    expect(second.dump()).toEqual(first.dump());
    expect(second.create(rollout('b'))).toEqual(first.create(rollout('b')));
    expect(second.eventsSince('2')).toHaveLength(1);
    expect(refusal(() => second.eventsSince('1'))).toEqual({
      code: 410,
      reason: 'Expired',
      message: 'too old resource version: 1 (2)',
    });
  });
});
