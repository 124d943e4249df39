import { describe, expect, it } from '@jest/globals';
import {
  desiredWeightOfRetreat,
  routedCounts,
  weightOfRetreat,
  type CanaryScale,
  type Retreat,
  type RoutedFleet,
} from '#core/rollout/canary/routed-counts.ts';
import type { CanaryStep } from '#core/resources/argo.ts';
import { nextSizes } from '#core/rollout/canary/sizes.ts';
import { aReplicaSet, aRollout, hashOfVersion, pause, setWeight } from '../../../../support/builders.ts';
import { passOf } from '../../../../support/rollout-snapshot.ts';

const FLEET: RoutedFleet = {
  replicas: 10,
  maxWeight: 100,
  weight: 0,
  scale: undefined,
  dynamicStableScale: false,
  minPods: 0,
  aborted: false,
  weights: undefined,
};

/** Verified against Argo Rollouts: strategies §3.1. Weights are canary/stable as stored. */
interface Row {
  readonly replicas?: number;
  readonly weight?: number;
  readonly scale?: CanaryScale;
  readonly minPods?: number;
  readonly weights?: readonly [number, number];
  readonly then: readonly [number, number];
}

function counted({ weights, then: _then, ...row }: Row, dynamicStableScale: boolean): readonly [number, number] {
  const stored = weights && { canary: weights[0], stable: weights[1] };
  const { canary, stable } = routedCounts({ ...FLEET, ...row, dynamicStableScale, weights: stored });
  return [canary, stable];
}

describe('given a routed canary', () => {
  it.each<Row>([
    { weight: 25, then: [3, 10] },
    { replicas: 4, weight: 1, then: [1, 4] },
    { replicas: 4, weight: 26, then: [2, 4] },
    { weight: 5, minPods: 2, then: [2, 10] },
    { weight: 0, minPods: 2, then: [0, 10] },
    { replicas: 1, weight: 5, minPods: 2, then: [1, 1] },
    { weight: 20, scale: { replicas: 3 }, then: [3, 10] },
    { weight: 20, scale: { weight: 50 }, then: [5, 10] },
    { weight: 20, then: [2, 10] },
  ])('when its stable version keeps all its pods, then $replicas/$weight/$scale/$minPods gives $then', (row) => {
    expect(counted(row, false)).toEqual(row.then);
  });

  it.each<Row>([
    { weight: 20, weights: [0, 100], then: [2, 10] },
    { weight: 20, weights: [20, 80], then: [2, 8] },
    { weight: 60, weights: [20, 80], then: [6, 8] },
    { weight: 60, weights: [60, 40], then: [6, 4] },
    { weight: 100, weights: [60, 40], then: [10, 4] },
    { weight: 95, minPods: 2, weights: [95, 5], then: [10, 2] },
    { weight: 20, scale: { replicas: 3 }, then: [3, 10] },
    { weight: 20, scale: { weight: 50 }, then: [5, 5] },
  ])('when its stable version follows its traffic, then $weight/$scale/$weights gives $then', (row) => {
    expect(counted(row, true)).toEqual(row.then);
  });

  it.each([
    { given: 'it is aborted', spec: {}, then: { canary: 0, stable: 10 } },
    {
      given: 'it is aborted and its pods shall stay',
      spec: { abortScaleDownDelaySeconds: 0 },
      then: { canary: 3, stable: 10 },
    },
  ])('when $given at a setCanaryScale of 3 pods, then $then', ({ spec, then }) => {
    const steps: CanaryStep[] = [{ setCanaryScale: { replicas: 3 } }, setWeight(60), pause()];
    const rollout = aRollout()
      .replicas(10)
      .canary(steps, { trafficRouting: { nginx: { stableIngress: 'shop' } }, ...spec })
      .version('v2')
      .promoted('v1')
      .status({ abort: true, currentPodHash: hashOfVersion('v2'), currentStepIndex: 2 })
      .build();
    const replicaSets = [
      aReplicaSet({ version: 'v1', size: 10 }),
      aReplicaSet({ version: 'v2', size: 6, revision: 2 }),
    ];
    const weights = { canary: { weight: 60 }, stable: { weight: 40 } };
    expect(nextSizes(passOf(rollout, { replicaSets }), weights)).toEqual(then);
  });
});

const RETREAT: Retreat = {
  replicas: 10,
  maxWeight: 100,
  newest: { size: 6, available: 6 },
  stable: { size: 4, available: 4 },
  weight: 60,
  setWeights: [20, 40, 60],
  keepsCanary: false,
};

describe('given an abort whose stable version has to grow again', () => {
  it.each([
    { weight: 60, canary: 6, stable: 4, desired: 40, counts: { canary: 6, stable: 6 } },
    { weight: 40, canary: 4, stable: 6, desired: 20, counts: { canary: 4, stable: 8 } },
    { weight: 20, canary: 2, stable: 8, desired: 0, counts: { canary: 2, stable: 10 } },
    { weight: 0, canary: 2, stable: 10, desired: 0, counts: { canary: 0, stable: 10 } },
  ])('when the weight is $weight and $stable of 10 are there, then it goes to $desired', (row) => {
    const newest = { size: row.canary, available: row.canary };
    const stable = { size: row.stable, available: row.stable };
    const weight = desiredWeightOfRetreat({ ...RETREAT, newest, stable, weight: row.weight });
    expect(weight).toBe(row.desired);
    const weights = { canary: row.weight, stable: 100 - row.weight };
    const fleet = { ...FLEET, weight, dynamicStableScale: true, aborted: true, weights };
    expect(routedCounts(fleet)).toEqual(row.counts);
  });

  it.each<{ given: string; retreat: Partial<Retreat>; then: number }>([
    { given: 'stable cannot carry more yet', retreat: {}, then: 60 },
    { given: 'stable can carry the next lower weight', retreat: { stable: { size: 6, available: 6 } }, then: 40 },
    {
      given: 'stable can carry all',
      retreat: { stable: { size: 10, available: 10 }, newest: { size: 6, available: 0 } },
      then: 0,
    },
    { given: 'nothing was stored', retreat: { weight: undefined }, then: 60 },
    { given: 'a lower weight was stored', retreat: { weight: 10, stable: { size: 6, available: 6 } }, then: 10 },
    { given: 'there is no stable version', retreat: { stable: undefined }, then: 0 },
    { given: 'there is no canary', retreat: { newest: undefined }, then: 0 },
    { given: 'it has no replicas', retreat: { replicas: 0 }, then: 0 },
  ])('when $given, then the weight is $then', ({ retreat, then }) => {
    expect(weightOfRetreat({ ...RETREAT, ...retreat })).toBe(then);
  });

  it('when a delay is asked for in so many words, then only the pods that stable lacks count', () => {
    const retreat = { ...RETREAT, stable: { size: 8, available: 8 } };
    expect(desiredWeightOfRetreat(retreat)).toBe(40);
    expect(desiredWeightOfRetreat({ ...retreat, keepsCanary: true })).toBe(0);
  });
});
