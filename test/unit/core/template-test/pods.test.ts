import { describe, expect, it } from '@jest/globals';
import { nextPod, podsAfter, withPods } from '#core/template-test/pods.ts';
import { aReplicaSet, T0 } from '../../../support/builders.ts';

const NO_PODS = new Map<string, readonly number[]>();

function sets(size: number, minReadySeconds = 0) {
  const replicaSet = aReplicaSet({ version: 'v1', size });
  return [{ ...replicaSet, spec: { ...replicaSet.spec!, minReadySeconds } }];
}

function available(size: number, pods: ReadonlyMap<string, readonly number[]>, now: number) {
  return withPods(sets(size), pods, now)[0]?.status?.availableReplicas;
}

describe('given pods that are ready after 30 s', () => {
  const pods = podsAfter(NO_PODS, sets(2), 30_000, T0);

  it.each([
    { after: 29_999, then: 0 },
    { after: 30_000, then: 2 },
  ])('when $after ms have passed, then $then are available', ({ after, then }) => {
    expect(available(2, pods, T0 + after)).toBe(then);
  });

  it('when more are wanted, then only those are waited for', () => {
    const more = podsAfter(pods, sets(3), 30_000, T0 + 40_000);
    expect(available(3, more, T0 + 40_000)).toBe(2);
    expect(nextPod(more, T0 + 40_000)).toBe(T0 + 70_000);
    expect(available(3, more, T0 + 70_000)).toBe(3);
  });

  it('when fewer are wanted, then the youngest go', () => {
    const more = podsAfter(pods, sets(3), 30_000, T0 + 40_000);
    const fewer = podsAfter(more, sets(2), 30_000, T0 + 41_000);
    expect(available(2, fewer, T0 + 41_000)).toBe(2);
    expect(nextPod(fewer, T0 + 41_000)).toBeUndefined();
  });
});

it('given minReadySeconds, when a pod is ready, then it is available that much later', () => {
  expect(nextPod(podsAfter(NO_PODS, sets(1, 10), 5_000, T0), T0)).toBe(T0 + 15_000);
});

it('given pods that are never ready, when time passes, then none is waited for', () => {
  const pods = podsAfter(NO_PODS, sets(1), undefined, T0);
  expect(nextPod(pods, T0)).toBeUndefined();
  expect(available(1, pods, T0 + 1e9)).toBe(0);
});

it('given nothing new, when pods are counted, then the list is the same', () => {
  const pods = podsAfter(NO_PODS, sets(1), 0, T0);
  const counted = withPods(sets(1), pods, T0);
  expect(withPods(counted, pods, T0 + 1)).toBe(counted);
});
