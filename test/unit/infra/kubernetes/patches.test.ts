import { describe, expect, it } from '@jest/globals';
import { Kinds } from '../../../../infra/local/kubernetes/kinds.ts';
import { applyPatch, patchType, type Patch } from '../../../../infra/local/kubernetes/patches.ts';

const kinds = new Kinds();
const ROLLOUT = kinds.require('argoproj.io/v1alpha1', 'Rollout');
const REPLICA_SET = kinds.require('apps/v1', 'ReplicaSet');

function patched(type: Patch['type'], target: object, body: unknown): unknown {
  return applyPatch(REPLICA_SET, target, { type, body });
}

describe('merge patch', () => {
  it.each([
    { target: { a: 'b' }, patch: { a: 'c' }, then: { a: 'c' } },
    { target: { a: 'b' }, patch: { b: 'c' }, then: { a: 'b', b: 'c' } },
    { target: { a: 'b', b: 'c' }, patch: { a: null }, then: { b: 'c' } },
    { target: { a: ['b'] }, patch: { a: ['c', 'd'] }, then: { a: ['c', 'd'] } },
    { target: { a: { b: 'c' } }, patch: { a: { b: 'd', c: null } }, then: { a: { b: 'd' } } },
    { target: { a: 'text' }, patch: { a: { b: { c: null } } }, then: { a: { b: {} } } },
  ])('given $target and $patch, then $then (RFC 7396)', ({ target, patch, then }) => {
    expect(patched('merge', target, patch)).toEqual(then);
  });

  it('given a patch that is no object, then it is refused', () => {
    expect(() => patched('merge', {}, ['a'])).toThrow(expect.objectContaining({ code: 400 }));
  });
});

describe('JSON patch', () => {
  it.each([
    { given: 'add', patch: [{ op: 'add', path: '/b', value: 2 }], then: { a: { list: [1, 2] }, b: 2 } },
    {
      given: 'add to the end of a list',
      patch: [{ op: 'add', path: '/a/list/-', value: 3 }],
      then: { a: { list: [1, 2, 3] } },
    },
    { given: 'remove', patch: [{ op: 'remove', path: '/a/list/0' }], then: { a: { list: [2] } } },
    { given: 'replace', patch: [{ op: 'replace', path: '/a/list', value: 0 }], then: { a: { list: 0 } } },
    { given: 'move', patch: [{ op: 'move', from: '/a/list', path: '/b' }], then: { a: {}, b: [1, 2] } },
    { given: 'replace of everything', patch: [{ op: 'replace', path: '', value: { c: 1 } }], then: { c: 1 } },
    {
      given: 'a test that holds',
      patch: [
        { op: 'test', path: '/a/list', value: [1, 2] },
        { op: 'remove', path: '/a' },
      ],
      then: {},
    },
  ])('given $given, then it is done', ({ patch, then }) => {
    const target = { a: { list: [1, 2] } };
    expect(patched('json', target, patch)).toEqual(then);
    expect(target).toEqual({ a: { list: [1, 2] } });
  });

  it.each([
    { given: 'a test that does not hold', patch: [{ op: 'test', path: '/a', value: 2 }], code: 422 },
    { given: 'a removal of what is not there', patch: [{ op: 'remove', path: '/b' }], code: 422 },
    { given: 'an operation that is none', patch: [{ op: 'grow', path: '/b' }], code: 422 },
    { given: 'an operation without path', patch: [{ op: 'add' }], code: 400 },
    { given: 'no list', patch: {}, code: 400 },
  ])('given $given, then it is refused with $code', ({ patch, code }) => {
    expect(() => patched('json', { a: 1 }, patch)).toThrow(expect.objectContaining({ code }));
  });
});

describe('strategic merge patch', () => {
  const app = { name: 'app', image: 'app:1', env: [{ name: 'A', value: '1' }], ports: [{ containerPort: 80 }] };
  const side = { name: 'side', image: 'side:1' };

  it.each([
    {
      given: 'a container by name',
      patch: { containers: [{ name: 'app', image: 'app:2' }] },
      then: { containers: [{ ...app, image: 'app:2' }, side] },
    },
    {
      given: 'a new container',
      patch: { containers: [{ name: 'new', image: 'new:1' }] },
      then: { containers: [app, side, { name: 'new', image: 'new:1' }] },
    },
    {
      given: 'a variable and a port of a container',
      patch: {
        containers: [{ name: 'app', env: [{ name: 'B', value: '2' }], ports: [{ containerPort: 80, name: 'http' }] }],
      },
      then: {
        containers: [
          {
            ...app,
            env: [
              { name: 'A', value: '1' },
              { name: 'B', value: '2' },
            ],
            ports: [{ containerPort: 80, name: 'http' }],
          },
          side,
        ],
      },
    },
    {
      given: 'a deleted container',
      patch: { containers: [{ name: 'side', $patch: 'delete' }] },
      then: { containers: [app] },
    },
    {
      given: 'a replaced list',
      patch: { containers: [{ $patch: 'replace' }, side] },
      then: { containers: [side] },
    },
    {
      given: 'the order that kubectl apply sends along',
      patch: { '$setElementOrder/containers': [{ name: 'app' }], containers: [{ name: 'app', image: null }] },
      then: { containers: [{ name: 'app', env: app.env, ports: app.ports }, side] },
    },
    { given: 'a list without a key', patch: { args: ['b'] }, then: { containers: [app, side], args: ['b'] } },
    { given: 'null', patch: { containers: null }, then: {} },
    { given: 'a replaced object', patch: { $patch: 'replace', x: 1 }, then: { x: 1 } },
  ])('given $given, then only that changes', ({ patch, then }) => {
    expect(patched('strategic', { spec: { containers: [app, side] } }, { spec: patch })).toEqual({ spec: then });
  });

  it('given finalizers, then they are united, and dropped one by one', () => {
    const target = { finalizers: ['a', 'b'] };
    expect(patched('strategic', target, { finalizers: ['b', 'c'] })).toEqual({ finalizers: ['a', 'b', 'c'] });
    expect(patched('strategic', target, { '$deleteFromPrimitiveList/finalizers': ['a'] })).toEqual({
      finalizers: ['b'],
    });
  });

  it('given keys to retain, then all others go', () => {
    const target = { strategy: { type: 'RollingUpdate', rollingUpdate: {} } };
    const patch = { strategy: { $retainKeys: ['type'], type: 'Recreate' } };
    expect(patched('strategic', target, patch)).toEqual({ strategy: { type: 'Recreate' } });
  });
});

describe('patch types', () => {
  it.each([
    { kind: ROLLOUT, contentType: 'application/merge-patch+json; charset=utf-8', type: 'merge' },
    { kind: ROLLOUT, contentType: 'application/json-patch+json', type: 'json' },
    { kind: REPLICA_SET, contentType: 'application/strategic-merge-patch+json', type: 'strategic' },
  ])('given $contentType for a $kind.kind, then it is a $type patch', ({ kind, contentType, type }) => {
    expect(patchType(contentType, kind)).toBe(type);
  });

  it.each([
    { kind: ROLLOUT, contentType: 'application/strategic-merge-patch+json' },
    { kind: ROLLOUT, contentType: 'application/apply-patch+yaml' },
    { kind: REPLICA_SET, contentType: 'application/apply-patch+yaml' },
    { kind: REPLICA_SET, contentType: 'application/json' },
    { kind: REPLICA_SET, contentType: '' },
  ])('given "$contentType" for a $kind.kind, then it is refused with 415', ({ kind, contentType }) => {
    expect(() => patchType(contentType, kind)).toThrow(expect.objectContaining({ code: 415 }));
  });
});
