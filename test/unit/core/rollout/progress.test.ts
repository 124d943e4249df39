import { describe, expect, it } from '@jest/globals';
import type { RolloutStatus } from '#core/resources/argo.ts';
import { decideRollout } from '#core/rollout/decide.ts';
import { deadlineIsSuspended, hasTimedOut, isHealthy, madeProgress } from '#core/rollout/progress.ts';
import { MINUTE, SECOND, type Instant } from '#core/time.ts';
import {
  aCondition,
  aMetric,
  analysis,
  anAnalysisTemplate,
  aReplicaSet,
  aRollout,
  hashOfVersion,
  pause,
  setWeight,
  T0,
  type RolloutBuilder,
} from '../../../support/builders.ts';
import { passOf, snapshotOf } from '../../../support/rollout-snapshot.ts';

const V1 = hashOfVersion('v1');
const V2 = hashOfVersion('v2');

describe('healthy', () => {
  const canary = aRollout()
    .replicas(2)
    .canary([setWeight(50)])
    .promoted();
  const healthy: RolloutStatus = {
    replicas: 2,
    updatedReplicas: 2,
    availableReplicas: 2,
    stableRS: V1,
    currentPodHash: V1,
    currentStepIndex: 1,
  };

  it.each<{ given: string; status: RolloutStatus; generation?: number; then: boolean }>([
    { given: 'all of it', status: healthy, then: true },
    { given: 'a generation that the stored status has not seen', status: healthy, generation: 2, then: false },
    { given: 'too few updated', status: { ...healthy, updatedReplicas: 1 }, then: false },
    { given: 'too few available', status: { ...healthy, availableReplicas: 1 }, then: false },
    { given: 'old pods left', status: { ...healthy, replicas: 3 }, then: false },
    { given: 'a step to go', status: { ...healthy, currentStepIndex: 0 }, then: false },
    { given: 'another stable version', status: { ...healthy, stableRS: V2 }, then: false },
  ])('given a canary with $given, then $then', ({ status, generation = 1, then }) => {
    expect(isHealthy(passOf(canary.generation(generation).build()), status)).toBe(then);
  });

  it.each<{ given: string; preview?: string; blueGreen: RolloutStatus['blueGreen']; then: boolean }>([
    { given: 'active on the current version', blueGreen: { activeSelector: V1 }, then: true },
    { given: 'active elsewhere', blueGreen: { activeSelector: V2 }, then: false },
    {
      given: 'preview elsewhere',
      preview: 'preview',
      blueGreen: { activeSelector: V1, previewSelector: V2 },
      then: false,
    },
    { given: 'both on it', preview: 'preview', blueGreen: { activeSelector: V1, previewSelector: V1 }, then: true },
  ])('given a blue-green with $given, then $then', ({ preview, blueGreen, then }) => {
    const strategy = preview === undefined ? {} : { previewService: preview };
    const rollout = aRollout().replicas(2).blueGreen(strategy).promoted().build();
    const status = { ...healthy, ...(blueGreen === undefined ? {} : { blueGreen }) };
    expect(isHealthy(passOf(rollout), status)).toBe(then);
  });
});

describe('progress', () => {
  const old: RolloutStatus = {
    replicas: 5,
    updatedReplicas: 2,
    readyReplicas: 4,
    availableReplicas: 4,
    stableRS: V1,
    currentStepIndex: 1,
    currentStepHash: 'h',
    blueGreen: { activeSelector: V1 },
  };

  it.each<{ given: string; now: RolloutStatus; canary: boolean; blueGreen: boolean }>([
    { given: 'nothing', now: {}, canary: false, blueGreen: false },
    { given: 'one more updated', now: { replicas: 6, updatedReplicas: 3 }, canary: true, blueGreen: true },
    { given: 'one less updated', now: { replicas: 4, updatedReplicas: 1 }, canary: true, blueGreen: true },
    { given: 'fewer old pods', now: { replicas: 4 }, canary: true, blueGreen: true },
    { given: 'more old pods', now: { replicas: 6 }, canary: false, blueGreen: false },
    { given: 'more ready', now: { readyReplicas: 5 }, canary: true, blueGreen: true },
    { given: 'fewer ready', now: { readyReplicas: 3 }, canary: false, blueGreen: false },
    { given: 'more available', now: { availableReplicas: 5 }, canary: true, blueGreen: true },
    { given: 'another active Service', now: { blueGreen: { activeSelector: V2 } }, canary: false, blueGreen: true },
    { given: 'another stable version', now: { stableRS: V2 }, canary: true, blueGreen: false },
    { given: 'another step', now: { currentStepIndex: 2 }, canary: true, blueGreen: false },
    { given: 'other steps', now: { currentStepHash: 'i' }, canary: true, blueGreen: false },
  ])('given $given, then canary: $canary, blue-green: $blueGreen', ({ now, canary, blueGreen }) => {
    const next = { ...old, ...now };
    expect(madeProgress(passOf(aRollout().status(old).build()), next)).toBe(canary);
    expect(madeProgress(passOf(aRollout().blueGreen().status(old).build()), next)).toBe(blueGreen);
  });
});

describe('the progress deadline', () => {
  const since = (reason: string, at: Instant) => [aCondition('Progressing', 'True', reason, at)];

  it.each([
    { given: 'just in time', reason: 'ReplicaSetUpdated', age: 600 * SECOND, then: false },
    { given: 'too late', reason: 'ReplicaSetUpdated', age: 601 * SECOND, then: true },
    { given: 'known to be late', reason: 'ProgressDeadlineExceeded', age: 0, then: true },
    { given: 'paused for long', reason: 'RolloutPaused', age: 60 * MINUTE, then: false },
    { given: 'aborted long ago', reason: 'RolloutAborted', age: 60 * MINUTE, then: false },
  ])('given it is $given, then timed out: $then', ({ reason, age, then }) => {
    const pass = passOf(aRollout().build());
    expect(hasTimedOut(pass, since(reason, pass.now - age))).toBe(then);
  });

  const replicaSets = [
    aReplicaSet({ version: 'v1', size: 4, revision: 1 }),
    aReplicaSet({ version: 'v2', size: 1, available: 0, desired: 4, revision: 2 }),
  ];
  const waiting = aRollout()
    .replicas(4)
    .canary([setWeight(25), pause(), analysis('t')], { maxSurge: 1, maxUnavailable: 0 })
    .revision(2)
    .updating('v1', 'v2')
    .status({
      replicas: 5,
      updatedReplicas: 1,
      readyReplicas: 4,
      availableReplicas: 4,
      conditions: since('ReplicaSetUpdated', T0),
    });
  const analysisTemplates = [anAnalysisTemplate('t', [{ ...aMetric(), count: 1 }])];
  const decide = (rollout: RolloutBuilder, now: Instant) =>
    decideRollout(snapshotOf(rollout.build(), { replicaSets, analysisTemplates, now }));

  it('given pods that do not come, then the Rollout is degraded but the update goes on', () => {
    const { status, actions } = decide(waiting, T0 + 11 * MINUTE);
    expect(actions).toEqual([]);
    expect(status).toMatchObject({ phase: 'Degraded', currentStepIndex: 0 });
    expect(status?.abort).toBeUndefined();
    expect(status?.message).toBe(`ProgressDeadlineExceeded: ReplicaSet "checkout-${V2}" has timed out progressing.`);
  });

  it('given progressDeadlineAbort, then it is aborted', () => {
    const { status, events } = decide(waiting.spec({ progressDeadlineAbort: true }), T0 + 11 * MINUTE);
    const text = `ReplicaSet "checkout-${V2}" has timed out progressing.`;
    expect(status).toMatchObject({ abort: true, phase: 'Degraded' });
    expect(status?.message).toBe(`RolloutAborted: Rollout aborted update to revision 2: ${text}`);
    expect(events).toContainEqual({ type: 'Warning', reason: 'RolloutAborted', message: text });
  });

  it('given progressDeadlineAbort and a pod that came at last, then it is not aborted', () => {
    const late = waiting.spec({ progressDeadlineAbort: true }).status({ availableReplicas: 3 });
    expect(decide(late, T0 + 11 * MINUTE).status?.abort).toBeUndefined();
  });

  it.each([
    { given: 'nine minutes are left', at: T0 + MINUTE, then: 9 * MINUTE + SECOND },
    { given: 'less than a second is left', at: T0 + 10 * MINUTE - 300, then: 301 },
    { given: 'nothing is left', at: T0 + 10 * MINUTE, then: 1 },
  ])('given $given, then it is looked at again after the deadline, never before', ({ at, then }) => {
    const known = decide(waiting, T0 + MINUTE).status ?? {};
    const clock = aCondition('Progressing', 'True', 'ReplicaSetUpdated', T0);
    const conditions = [...(known.conditions ?? []).filter(({ type }) => type !== 'Progressing'), clock];
    const decision = decide(waiting.status({ ...known, conditions }), at);
    expect(decision.status).toBeUndefined();
    expect(decision.requeueAfter).toBe(then);
  });

  it.each([
    { given: 'a pause step', index: 1 },
    { given: 'an analysis step', index: 2 },
  ])('given $given, then time does not count', ({ index }) => {
    const pass = passOf(waiting.status({ currentStepIndex: index }).build(), { replicaSets });
    expect(deadlineIsSuspended(pass)).toBe(true);
    expect(deadlineIsSuspended(passOf(waiting.build(), { replicaSets }))).toBe(false);
  });

  it('given an old version that waits for its scale-down, then time does not count', () => {
    const old = aReplicaSet({ version: 'v0', size: 4, revision: 0, deadline: T0 });
    expect(deadlineIsSuspended(passOf(waiting.build(), { replicaSets: [...replicaSets, old] }))).toBe(true);
  });
});
