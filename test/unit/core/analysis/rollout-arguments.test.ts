import { describe, expect, it } from '@jest/globals';
import { rolloutArguments, type RolloutArgument } from '#core/analysis/rollout-arguments.ts';
import type { Rollout } from '#core/resources/argo.ts';

const rollout: Rollout = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Rollout',
  metadata: { name: 'ro', namespace: 'shop', uid: 'u-1' },
  spec: { replicas: 3 },
};
const SOURCES = { rollout, latestHash: 'new', stableHash: 'old' };

function field(name: string, fieldPath: string): RolloutArgument {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}

const BROKEN = field('broken', 'spec.nope');
const FINE = field('fine', 'spec.replicas');
const LITERAL = { name: 'literal', value: 'v' };

describe('given arguments of a Rollout, when they are resolved, then each has a value', () => {
  it.each<{ given: RolloutArgument; then: string }>([
    { given: LITERAL, then: 'v' },
    { given: { name: 'x' }, then: '' },
    { given: { name: 'x', valueFrom: { podTemplateHashValue: 'Latest' } }, then: 'new' },
    { given: { name: 'x', value: 'v', valueFrom: { podTemplateHashValue: 'Stable' } }, then: 'old' },
    { given: FINE, then: '3' },
    { given: field('x', 'metadata.name'), then: 'ro' },
  ])('given $given, then $then', ({ given, then }) => {
    expect(rolloutArguments([given], SOURCES)).toEqual({ args: [{ name: given.name, value: then }] });
  });
});

describe('given a field that cannot be read, when arguments are resolved', () => {
  it('then the value is empty and the error told, also when others follow', () => {
    expect(rolloutArguments([BROKEN, LITERAL], SOURCES)).toEqual({
      args: [{ name: 'broken', value: '' }, LITERAL],
      error: 'invalid path spec.nope in rollout',
    });
  });

  it.each([FINE, field('meta', 'metadata.name')])(
    'given a later field resolves, then the error is forgotten',
    (later) => {
      const { args, error } = rolloutArguments([BROKEN, later], SOURCES);
      expect(args[0]).toEqual({ name: 'broken', value: '' });
      expect(error).toBeUndefined();
    },
  );

  it('given a later one fails too, then the last error is told', () => {
    const { error } = rolloutArguments([BROKEN, FINE, field('last', 'spec.other')], SOURCES);
    expect(error).toBe('invalid path spec.other in rollout');
  });

  it('given a wrong metadata path, then it is final', () => {
    expect(rolloutArguments([LITERAL, field('x', 'metadata.nope'), FINE], SOURCES)).toEqual({
      args: [],
      error: 'unsupported fieldPath: metadata.nope',
    });
  });
});
