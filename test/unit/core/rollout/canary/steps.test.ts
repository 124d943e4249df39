import { describe, expect, it } from '@jest/globals';
import type { CanaryStep, CanaryStrategy, RolloutStatus } from '#core/resources/argo.ts';
import type { ReplicaSet } from '#core/resources/kubernetes.ts';
import { atDesiredSizes, targetSizes, thresholdMet } from '#core/rollout/canary/sizes.ts';
import { stepProgress, stepText } from '#core/rollout/canary/steps.ts';
import { desiredWeight } from '#core/rollout/canary/weights.ts';
import { formatTimestamp, SECOND } from '#core/time.ts';
import {
  analysis,
  anAnalysisRun,
  aReplicaSet,
  aRollout,
  hashOfVersion,
  pause,
  setWeight,
} from '../../../../support/builders.ts';
import { passOf } from '../../../../support/rollout-snapshot.ts';

const V1 = hashOfVersion('v1');
const STEPS = [setWeight(20), pause(), setWeight(60), analysis('t')];

function updating(status: Partial<RolloutStatus> = {}, strategy: Partial<CanaryStrategy> = {}, steps = STEPS) {
  return aRollout().replicas(10).canary(steps, strategy).updating('v1', 'v2').status(status);
}

describe('the weight that the canary should have', () => {
  it.each<{ given: string; status: Partial<RolloutStatus>; steps?: CanaryStep[]; then: number }>([
    { given: 'the first step', status: { currentStepIndex: 0 }, then: 20 },
    { given: 'a step after it', status: { currentStepIndex: 1 }, then: 20 },
    { given: 'a later weight', status: { currentStepIndex: 3 }, then: 60 },
    { given: 'all steps done', status: { currentStepIndex: 4 }, then: 100 },
    { given: 'a pause before any weight', status: { currentStepIndex: 0 }, steps: [pause(), setWeight(50)], then: 0 },
    { given: 'no steps', status: { currentStepIndex: 0 }, steps: [], then: 100 },
    { given: 'an abort', status: { currentStepIndex: 3, abort: true }, then: 0 },
    { given: 'promote --full', status: { currentStepIndex: 0, promoteFull: true }, then: 100 },
    { given: 'no stable version', status: { stableRS: '' }, then: 100 },
    { given: 'nothing new', status: { currentPodHash: V1 }, then: 100 },
  ])('given $given, then $then', ({ status, steps, then }) => {
    expect(desiredWeight(passOf(updating(status, {}, steps).build()))).toBe(then);
  });
});

describe('when a step is done', () => {
  const v1 = (size: number, pods = size): ReplicaSet =>
    aReplicaSet({ version: 'v1', size, pods, desired: 10, revision: 1 });
  const v2 = (size: number, available = size): ReplicaSet =>
    aReplicaSet({ version: 'v2', size, available, desired: 10, revision: 2 });

  it.each<{ given: string; replicaSets: ReplicaSet[]; strategy?: Partial<CanaryStrategy>; then: boolean }>([
    { given: 'both sides there', replicaSets: [v1(8), v2(2)], then: true },
    { given: 'a canary short of a pod', replicaSets: [v1(8), v2(2, 1)], then: false },
    { given: 'a canary too small', replicaSets: [v1(8), v2(1)], then: false },
    { given: 'a canary too big', replicaSets: [v1(8), v2(3)], then: false },
    { given: 'stable too big', replicaSets: [v1(9), v2(2)], then: false },
    { given: 'stable pods still going', replicaSets: [v1(8, 9), v2(2)], then: false },
    {
      given: 'an old version with pods',
      replicaSets: [v1(8), v2(2), aReplicaSet({ version: 'v0', size: 1, revision: 0 })],
      then: false,
    },
    {
      given: 'an old version whose pods are not available',
      replicaSets: [v1(8), v2(2), aReplicaSet({ version: 'v0', size: 1, available: 0, revision: 0 })],
      then: true,
    },
    {
      given: 'half of the canary, which is enough by threshold',
      replicaSets: [v1(8), v2(2, 1)],
      strategy: { replicaProgressThreshold: { type: 'Percent', value: 50 } },
      then: true,
    },
  ])('given setWeight 20 and $given, then $then', ({ replicaSets, strategy, then }) => {
    const pass = passOf(updating({}, strategy).build(), { replicaSets });
    expect(targetSizes(pass, undefined)).toEqual({ canary: 2, stable: 8 });
    expect(atDesiredSizes(pass, undefined)).toBe(then);
    expect(stepProgress(pass)?.state).toBe(then ? 'done' : 'waiting');
  });

  it.each<{ type: 'Percent' | 'Pods'; value: number; available: number; wanted: number; size?: number; then: boolean }>(
    [
      { type: 'Percent', value: 70, available: 7, wanted: 10, then: true },
      { type: 'Percent', value: 70, available: 6, wanted: 10, then: false },
      { type: 'Percent', value: 67, available: 2, wanted: 3, then: false },
      { type: 'Percent', value: 66, available: 2, wanted: 3, then: true },
      { type: 'Percent', value: 70, available: 7, wanted: 10, size: 4, then: true },
      { type: 'Percent', value: 70, available: 0, wanted: 0, then: true },
      { type: 'Pods', value: 3, available: 3, wanted: 10, then: true },
      { type: 'Pods', value: 3, available: 2, wanted: 10, then: false },
      { type: 'Percent', value: -1, available: 9, wanted: 10, then: false },
      { type: 'Percent', value: -1, available: 10, wanted: 10, then: true },
    ],
  )(
    'given a threshold of $value $type and $available of $wanted, then $then',
    ({ type, value, available, wanted, size = wanted, then }) => {
      const pass = passOf(updating({}, { replicaProgressThreshold: { type, value } }).build());
      expect(thresholdMet(pass, v2(size, available), wanted)).toBe(then);
    },
  );

  it.each<{
    given: string;
    at: number;
    startedAgo?: number;
    resumed?: boolean;
    paused?: boolean;
    duration?: number | string;
    then: object;
  }>([
    {
      given: 'an indefinite pause that nobody ended',
      at: 1,
      startedAgo: 9e6,
      then: { state: 'waiting', on: 'a person' },
    },
    { given: 'a person who resumed', at: 1, resumed: true, then: { state: 'done' } },
    { given: 'a pause not begun', at: 1, then: { state: 'waiting' } },
    {
      given: '4 of 10 s',
      at: 1,
      duration: 10,
      startedAgo: 4 * SECOND,
      then: { state: 'waiting', requeueAfter: 6 * SECOND },
    },
    {
      given: 'exactly 10 s',
      at: 1,
      duration: '10s',
      startedAgo: 10 * SECOND,
      then: { state: 'waiting', requeueAfter: 1 },
    },
    { given: 'more than 10 s', at: 1, duration: '10', startedAgo: 10 * SECOND + 1, then: { state: 'done' } },
    { given: 'a pause of no length', at: 1, duration: '500ms', startedAgo: 1, then: { state: 'done' } },
    { given: 'a person who resumed a timed one', at: 1, duration: 600, resumed: true, then: { state: 'done' } },
    {
      given: 'spec.paused',
      at: 1,
      duration: 1,
      startedAgo: 9e6,
      paused: true,
      then: { state: 'waiting', on: 'spec.paused' },
    },
  ])('given $given, then $then', ({ at, startedAgo, resumed = false, paused = false, duration, then }) => {
    const steps = [setWeight(20), pause(duration), setWeight(60)];
    const bare = passOf(updating().build());
    const startTime = formatTimestamp(bare.now - (startedAgo ?? 0));
    const begun =
      startedAgo === undefined ? {} : { pauseConditions: [{ reason: 'CanaryPauseStep' as const, startTime }] };
    const rollout = updating(
      { currentStepIndex: at, ...begun, controllerPause: resumed || startedAgo !== undefined },
      {},
      steps,
    );
    // Start times are whole seconds: let now be one plus what is under a second.
    const now = Date.parse(startTime) + (startedAgo ?? 0);
    expect(stepProgress(passOf(rollout.spec({ paused }).build(), { now }))).toMatchObject(then);
  });

  it.each([
    { phase: 'Successful', then: 'done' },
    { phase: 'Running', then: 'waiting' },
    { phase: 'Inconclusive', then: 'waiting' },
    { phase: undefined, then: 'waiting' },
  ])('given an analysis whose run is $phase, then $then', ({ phase, then }) => {
    const run = anAnalysisRun('r', phase);
    const status = {
      currentStepIndex: 3,
      canary: { currentStepAnalysisRunStatus: { name: 'r', status: 'Running' as const } },
    };
    expect(stepProgress(passOf(updating(status).build(), { analysisRuns: [run] }))?.state).toBe(then);
  });

  it('given no step is left, then there is nothing to wait for', () => {
    expect(stepProgress(passOf(updating({ currentStepIndex: 4 }).build()))).toBeUndefined();
  });
});

describe('the name of a step in events', () => {
  it.each<[CanaryStep, string]>([
    [setWeight(20), 'setWeight: 20'],
    [pause(), 'pause'],
    [pause('10s'), 'pause: 10s'],
    [pause(10), 'pause: 10'],
    [analysis('t'), 'analysis'],
    [{ experiment: { templates: [] } }, 'experiment'],
    [{ setCanaryScale: { weight: 25 } }, 'setCanaryScale{weight: 25}'],
    [{ setCanaryScale: { replicas: 3 } }, 'setCanaryScale{replicas: 3}'],
    [{ setCanaryScale: {} }, 'invalid'],
    [{ setHeaderRoute: { name: 'a' }, setCanaryScale: { replicas: 0 } }, 'setCanaryScale{replicas: 0}'],
    [{ setCanaryScale: { matchTrafficWeight: true } }, 'setCanaryScale{matchTrafficWeight: true}'],
    [{ plugin: { name: 'org/x' } }, 'plugin: org/x'],
    [{ setHeaderRoute: { name: 'h' } }, 'setHeaderRoute: h'],
    [{ setMirrorRoute: { name: 'm' } }, 'setMirrorRoute: m'],
  ])('given %j, then %s', (step, text) => {
    expect(stepText(step)).toBe(text);
  });
});
