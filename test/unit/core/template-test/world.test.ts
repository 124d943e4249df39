import { describe, expect, it } from '@jest/globals';
import type { Rollout } from '#core/resources/argo.ts';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { afterAction, created, EMPTY_WORLD, withObject } from '#core/template-test/world.ts';
import { anAnalysisRun, aReplicaSet, aRollout, T0 } from '../../../support/builders.ts';

const because = 'a test';

describe('given a simulated cluster', () => {
  const rollout: Rollout = { ...aRollout().build(), metadata: { ...aRollout().build().metadata, generation: 3 } };
  const world = withObject(EMPTY_WORLD, rollout);

  it('when an object is created, then it has a uid, a time and its first generation', () => {
    const { metadata, ...rest } = aReplicaSet({ version: 'v1', size: 1 });
    const { uid: _, creationTimestamp: __, generation: ___, ...named } = metadata;
    const object = { ...rest, metadata: named };
    const [replicaSet] = afterAction(EMPTY_WORLD, { type: 'create', object, because }, T0).replicaSets;
    expect(replicaSet?.metadata).toEqual({
      ...named,
      uid: `ReplicaSet/${named.name}`,
      creationTimestamp: '2024-01-01T00:00:00Z',
      generation: 1,
    });
  });

  it.each([
    { what: 'the spec', after: { ...rollout, spec: { ...rollout.spec, replicas: 9 } }, generation: 4 },
    { what: 'an annotation', after: { ...rollout, metadata: { ...rollout.metadata, annotations: {} } }, generation: 3 },
  ])('when $what is patched, then the generation is $generation', ({ after, generation }) => {
    const patched = afterAction(world, { type: 'patch', before: rollout, after, because }, T0).rollout;
    expect(patched).toEqual({ ...after, metadata: { ...after.metadata, generation } });
  });

  it('when an object is deleted, then others of its kind or name stay', () => {
    const full = [anAnalysisRun('a'), anAnalysisRun('b')].reduce(withObject, world);
    const { apiVersion, kind, metadata } = full.runs[0]!;
    const object = { apiVersion, kind, namespace: metadata.namespace, name: 'a' };
    const after = afterAction(full, { type: 'delete', object, because }, T0);
    expect(after.runs.map(({ metadata }) => metadata.name)).toEqual(['b']);
    expect(afterAction(full, { type: 'delete', object: { ...object, kind: 'ReplicaSet' }, because }, T0).runs).toEqual(
      full.runs,
    );
  });

  it('when a manifest has a namespace, then it keeps it; otherwise it gets one', () => {
    const manifest = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' } } as KubernetesObject;
    expect(created(manifest, T0).metadata.namespace).toBe('default');
    expect(created(rollout, T0).metadata).toMatchObject({ namespace: 'shop', generation: 3 });
  });
});
