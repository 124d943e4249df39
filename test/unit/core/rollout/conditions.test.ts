import { describe, expect, it } from '@jest/globals';
import type { ReplicaSet } from '#core/resources/kubernetes.ts';
import { replaceCondition, setCondition } from '#core/rollout/conditions.ts';
import { decideRollout } from '#core/rollout/decide.ts';
import { formatTimestamp } from '#core/time.ts';
import {
  aCondition,
  aReplicaSet,
  aRollout,
  aService,
  hashOfVersion,
  pause,
  setWeight,
  T0,
} from '../../../support/builders.ts';
import { snapshotOf } from '../../../support/rollout-snapshot.ts';

const NOW = T0 + 60_000;
const V1 = hashOfVersion('v1');
const V2 = hashOfVersion('v2');

describe('setting a condition', () => {
  const list = [aCondition('Available', 'True', 'a', T0, 'old'), aCondition('Progressing', 'True', 'x')];
  const next = { type: 'Available', status: 'True', reason: 'a', message: 'new' } as const;

  it('given equal status and reason, then nothing changes, not even the message', () => {
    expect(setCondition(list, next, NOW)).toEqual({ conditions: list, changed: false });
  });

  it('given another reason, then it moves to the end and keeps its transition time', () => {
    const { conditions, changed } = setCondition(list, { ...next, reason: 'b' }, NOW);
    expect(changed).toBe(true);
    expect(conditions.map(({ type }) => type)).toEqual(['Progressing', 'Available']);
    expect(conditions.at(-1)).toMatchObject({
      lastTransitionTime: formatTimestamp(T0),
      lastUpdateTime: formatTimestamp(NOW),
    });
  });

  it('given another status, then the transition is now', () => {
    const { conditions } = setCondition(list, { ...next, status: 'False' }, NOW);
    expect(conditions.at(-1)).toMatchObject({ lastTransitionTime: formatTimestamp(NOW) });
  });

  it('given it is replaced, then even an equal one is written', () => {
    expect(replaceCondition(list, next, NOW).at(-1)).toMatchObject({
      message: 'new',
      lastUpdateTime: formatTimestamp(NOW),
      lastTransitionTime: formatTimestamp(T0),
    });
  });
});

describe('the conditions of a full status', () => {
  const promoted = aRollout()
    .replicas(2)
    .canary([setWeight(50)])
    .promoted()
    .revision(1);
  const updating = aRollout().replicas(2).canary([pause()]).updating('v1', 'v2').revision(2);
  const whole = aReplicaSet({ size: 2, revision: 1 });
  const conditionsOf = (rollout: typeof promoted, replicaSets: readonly ReplicaSet[]) =>
    decideRollout(snapshotOf(rollout.build(), { replicaSets, now: NOW })).status?.conditions ?? [];

  it('given a healthy Rollout, then each says so', () => {
    expect(conditionsOf(promoted.status({ conditions: [] }), [whole])).toMatchObject([
      { type: 'Healthy', status: 'True', reason: 'RolloutHealthy', message: 'Rollout is healthy' },
      {
        type: 'Progressing',
        status: 'True',
        reason: 'NewReplicaSetAvailable',
        message: `ReplicaSet "checkout-${V1}" has successfully progressed.`,
      },
      { type: 'Available', status: 'True', reason: 'AvailableReason', message: 'Rollout has minimum availability' },
      { type: 'Completed', status: 'True', reason: 'RolloutCompleted', message: 'RolloutCompleted' },
    ]);
  });

  it('given a finished Rollout loses a pod, then it turned unhealthy and progresses again', () => {
    const conditions = [
      aCondition('Healthy', 'True', 'RolloutHealthy'),
      aCondition('Progressing', 'True', 'NewReplicaSetAvailable'),
    ];
    const lame = aReplicaSet({ size: 2, available: 1, revision: 1 });
    expect(conditionsOf(promoted.status({ conditions }), [lame])).toMatchObject([
      { type: 'Healthy', status: 'False', message: 'Rollout is not healthy' },
      {
        type: 'Progressing',
        status: 'True',
        reason: 'ReplicaSetNotAvailable',
        message: 'Rollout does not have minimum availability',
      },
      { type: 'Available', status: 'False', message: 'Rollout does not have minimum availability' },
      { type: 'Completed', status: 'True' },
    ]);
  });

  it('given progress for the same reason, then the clock is wound up again', () => {
    const replicaSets = [whole, aReplicaSet({ version: 'v2', size: 0, revision: 2, desired: 2 })];
    const conditions = conditionsOf(updating, replicaSets);
    expect(conditions).toContainEqual(
      expect.objectContaining({
        type: 'Progressing',
        reason: 'ReplicaSetUpdated',
        message: `ReplicaSet "checkout-${V2}" is progressing.`,
        lastUpdateTime: formatTimestamp(NOW),
        lastTransitionTime: formatTimestamp(T0),
      }),
    );
  });

  it('given an update begins, then it is not completed, with an event', () => {
    const conditions = [
      aCondition('Healthy', 'True', 'RolloutHealthy'),
      aCondition('Progressing', 'True', 'NewReplicaSetAvailable'),
    ];
    const { status, events } = decideRollout(
      snapshotOf(promoted.status({ conditions }).version('v2').revision(2).build(), {
        replicaSets: [whole, aReplicaSet({ version: 'v2', size: 0, revision: 2, desired: 2 })],
      }),
    );
    expect(status?.conditions).toMatchObject([
      { type: 'Healthy', status: 'False' },
      { type: 'Progressing', reason: 'ReplicaSetUpdated' },
      { type: 'Available' },
      { type: 'Completed', status: 'False' },
    ]);
    expect(events).toContainEqual({
      type: 'Normal',
      reason: 'RolloutNotCompleted',
      message: `Rollout not completed, started update to revision 2 (${V2})`,
    });
  });

  it('given ReplicaSets that cannot make pods, then the newest one is told of, and forgotten when it is over', () => {
    const failing = (version: string, reason: string, revision: number): ReplicaSet => {
      const replicaSet = aReplicaSet({ version, size: 2, available: 0, revision });
      const condition = { type: 'ReplicaFailure', status: 'True', reason, message: 'quota' };
      return { ...replicaSet, status: { ...replicaSet.status, replicas: 0, conditions: [condition] } };
    };
    const both = [failing('v1', 'Old', 1), failing('v2', 'FailedCreate', 2)];
    const conditions = conditionsOf(updating, both);
    expect(conditions).toContainEqual(
      expect.objectContaining({ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'quota' }),
    );
    const after = conditionsOf(promoted.status({ conditions }), [whole]);
    expect(after.map(({ type }) => type)).not.toContain('ReplicaFailure');
  });

  it('given an abort that is known already, then its text and its event are not repeated', () => {
    const conditions = [aCondition('Progressing', 'False', 'RolloutAborted', T0, 'first text')];
    const rollout = updating.status({ abort: true, abortedAt: formatTimestamp(T0), conditions }).build();
    const { status, events } = decideRollout(snapshotOf(rollout, { replicaSets: [whole] }));
    expect(events.map(({ reason }) => reason)).not.toContain('RolloutAborted');
    expect(status?.message ?? 'RolloutAborted: first text').toBe('RolloutAborted: first text');
  });

  it('given a blue-green Rollout, then availability is that of the active version', () => {
    const rollout = aRollout().replicas(2).blueGreen().promoted().revision(1);
    const services = [aService('active', V1, { 'argo-rollouts.argoproj.io/managed-by-rollouts': 'checkout' })];
    const replicaSets = [aReplicaSet({ size: 2, available: 1, revision: 1 })];
    const { status } = decideRollout(snapshotOf(rollout.build(), { replicaSets, services }));
    expect(status?.conditions).toContainEqual(expect.objectContaining({ type: 'Available', status: 'False' }));
    expect(status).toMatchObject({ availableReplicas: 1, selector: `app=checkout,rollouts-pod-template-hash=${V1}` });
  });

  it('given a spec that was invalid, then its condition is gone', () => {
    const conditions = [aCondition('InvalidSpec', 'True', 'InvalidSpec')];
    expect(conditionsOf(promoted.status({ conditions }), [whole]).map(({ type }) => type)).not.toContain('InvalidSpec');
  });
});
