import { describe, expect, it } from '@jest/globals';
import { applyCommand } from '#core/commands/apply.ts';
import { bindTo, type Command } from '#core/commands/command.ts';
import type { Rollout, RolloutStatus } from '#core/resources/argo.ts';

const STEPS = [{ setWeight: 20 }, { pause: {} }, { setWeight: 40 }, { pause: {} }];
const PAUSED = {
  currentPodHash: 'bbb',
  stableRS: 'aaa',
  currentStepIndex: 1,
  controllerPause: true,
  pauseConditions: [{ reason: 'CanaryPauseStep', startTime: '2024-01-01T00:00:00Z' }],
} as RolloutStatus;

function rollout(status: Partial<RolloutStatus>, paused = false): Rollout {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'my-app', namespace: 'canary', uid: 'u1' },
    spec: { paused, strategy: { canary: { steps: STEPS } } },
    status,
  };
}

function command(verb: Command['verb'], seen: Rollout, more: Partial<Command> = {}): Command {
  return { verb, rollout: { cluster: 'local', namespace: 'canary', name: 'my-app' }, binding: bindTo(seen), ...more };
}

const { pauseConditions: _, ...RESUMED } = PAUSED;

describe('given a command bound to what its asker saw, when it is applied to what is there now', () => {
  const paused = rollout(PAUSED);
  it.each([
    {
      given: 'promote of a pause',
      now: PAUSED,
      verb: 'promote',
      then: { state: 'change', status: RESUMED, says: 'promoted: step 2 → 3' },
    },
    { given: 'a second promote of the same pause', now: RESUMED, verb: 'promote', then: { state: 'applied' } },
    {
      given: 'a second promote, one step later',
      now: { ...PAUSED, currentStepIndex: 2 },
      verb: 'promote',
      then: { state: 'applied', says: 'that step is passed' },
    },
    {
      given: 'promote when it is paused anew since',
      now: { ...PAUSED, pauseConditions: [{ reason: 'InconclusiveAnalysisRun', startTime: '2024-01-01T00:09:00Z' }] },
      verb: 'promote',
      then: { state: 'stale' },
    },
    { given: 'promote after an abort', now: { ...PAUSED, abort: true }, verb: 'promote', then: { state: 'refused' } },
    {
      given: 'promote --full after an abort',
      now: { ...PAUSED, abort: true },
      verb: 'promote',
      more: { full: true },
      then: { state: 'refused' },
    },
    {
      given: 'promote of a version that is stable by now',
      now: { ...PAUSED, stableRS: 'bbb' },
      verb: 'promote',
      then: { state: 'applied' },
    },
    {
      given: 'promote --full',
      now: PAUSED,
      verb: 'promote',
      more: { full: true },
      then: { state: 'change', status: { ...PAUSED, promoteFull: true } },
    },
    {
      given: 'promote --skip-current-step while paused: the pause of the skipped step goes with it',
      now: PAUSED,
      verb: 'promote',
      more: { skipCurrentStep: true },
      then: { state: 'change', status: { ...RESUMED, controllerPause: false, currentStepIndex: 2 } },
    },
    {
      given: 'promote --skip-current-step a second time',
      now: { ...RESUMED, controllerPause: false, currentStepIndex: 2 },
      verb: 'promote',
      more: { skipCurrentStep: true },
      then: { state: 'applied', says: 'that step is passed' },
    },
    {
      given: 'promote --skip-all-steps',
      now: PAUSED,
      verb: 'promote',
      more: { skipAllSteps: true },
      then: {
        state: 'change',
        status: { ...RESUMED, controllerPause: false, currentStepIndex: 4 },
        says: 'steps skipped: step 2 → all steps done',
      },
    },
    {
      given: 'promote --skip-all-steps a second time',
      now: { ...RESUMED, currentStepIndex: 4 },
      verb: 'promote',
      more: { skipAllSteps: true },
      then: { state: 'applied', says: 'all steps are passed' },
    },
    {
      given: 'promote --skip-all-steps after an abort',
      now: { ...PAUSED, abort: true },
      verb: 'promote',
      more: { skipAllSteps: true },
      then: { state: 'refused' },
    },
    { given: 'terminate of a rollout', now: PAUSED, verb: 'terminate', then: { state: 'refused' } },
    {
      given: 'promote while another version is released',
      now: { ...PAUSED, currentPodHash: 'ccc' },
      verb: 'promote',
      then: { state: 'stale' },
    },
    { given: 'abort', now: PAUSED, verb: 'abort', then: { state: 'change', status: { ...PAUSED, abort: true } } },
    { given: 'a second abort', now: { ...PAUSED, abort: true }, verb: 'abort', then: { state: 'applied' } },
    {
      given: 'abort of a version that is stable by now',
      now: { ...PAUSED, stableRS: 'bbb' },
      verb: 'abort',
      then: { state: 'refused' },
    },
    {
      given: 'abort meant for a version before',
      now: { ...PAUSED, currentPodHash: 'ccc' },
      verb: 'abort',
      then: { state: 'stale' },
    },
    {
      given: 'retry of an abort',
      now: { ...PAUSED, abort: true },
      verb: 'retry',
      then: { state: 'change', status: { ...PAUSED, abort: false } },
    },
    { given: 'retry of what is not aborted', now: PAUSED, verb: 'retry', then: { state: 'applied' } },
    { given: 'pause', now: PAUSED, verb: 'pause', then: { state: 'change', spec: { paused: true } } },
  ] as const)('given $given, then $then.state', ({ now, verb, then, ...rest }) => {
    const more = 'more' in rest ? rest.more : {};
    expect(applyCommand(command(verb, paused, more), rollout(now as Partial<RolloutStatus>))).toMatchObject(then);
  });

  it('given a running step, when promoted plainly, then it is refused and the way is told', () => {
    const running = rollout({ currentPodHash: 'bbb', stableRS: 'aaa', currentStepIndex: 2 });
    expect(applyCommand(command('promote', running), running)).toEqual({
      state: 'refused',
      says: 'not paused: step 3 (setWeight: 40) is running; --skip-current-step passes a running step, --full goes to 100 %',
    });
  });

  it.each([
    { given: 'a blue-green', strategy: { blueGreen: { activeService: 'active' } }, more: { skipCurrentStep: true } },
    { given: 'a canary without steps', strategy: { canary: {} }, more: { skipAllSteps: true } },
  ])('given $given, when a step is to be skipped, then it is refused', ({ strategy, more }) => {
    const stepless = { ...rollout(PAUSED), spec: { strategy } };
    expect(applyCommand(command('promote', stepless, more), stepless)).toEqual({
      state: 'refused',
      says: 'there is no step to skip; promote --full goes to 100 %',
    });
  });

  it('given a promoted Rollout that a person paused, when promoted fully, then it is only unpaused, as the plugin does', () => {
    const settled = rollout({ currentPodHash: 'bbb', stableRS: 'bbb' }, true);
    expect(applyCommand(command('promote', settled, { full: true }), settled)).toEqual({
      state: 'change',
      spec: { paused: false },
      says: 'unpaused',
    });
  });

  it('given a running step, when promoted with --skip-current-step, then that step only is passed', () => {
    const running = rollout({ currentPodHash: 'bbb', stableRS: 'aaa', currentStepIndex: 2 });
    const effect = applyCommand(command('promote', running, { skipCurrentStep: true }), running);
    expect(effect).toMatchObject({ state: 'change', status: { currentStepIndex: 3 } });
  });

  it('given the last step, when skipped, then all are done; after it there is none to skip', () => {
    const skip = (currentStepIndex: number) => {
      const at = rollout({ currentPodHash: 'bbb', stableRS: 'aaa', currentStepIndex });
      return applyCommand(command('promote', at, { skipCurrentStep: true }), at);
    };
    expect(skip(3)).toMatchObject({ state: 'change', status: { currentStepIndex: 4 } });
    expect(skip(4)).toEqual({ state: 'applied', says: 'all steps are passed' });
  });

  it('given a retry since, when a step is skipped, then not another one than was meant', () => {
    const back = rollout({ currentPodHash: 'bbb', stableRS: 'aaa', currentStepIndex: 0 });
    expect(applyCommand(command('promote', paused, { skipCurrentStep: true }), back)).toEqual({
      state: 'stale',
      says: 'it went back to step 1 since; it was asked for step 2',
    });
  });

  it('given a pause that began after the promote was asked for, then it does not end what its asker has not seen', () => {
    const blueGreen = (status: Partial<RolloutStatus>): Rollout => ({
      ...rollout({ currentPodHash: 'bbb', stableRS: 'aaa', ...status }),
      spec: { strategy: { blueGreen: { activeService: 'active' } } },
    });
    const pauseConditions = [{ reason: 'BlueGreenPause', startTime: '2024-01-01T00:00:00Z' }];
    const early = command('promote', blueGreen({}));
    expect(applyCommand(early, blueGreen({ pauseConditions }))).toMatchObject({ state: 'stale' });
    const timely = command('promote', blueGreen({ pauseConditions }));
    expect(applyCommand(timely, blueGreen({ pauseConditions }))).toMatchObject({ state: 'change' });
  });

  it.each([
    { given: 'a full promotion', more: { full: true }, now: { ...PAUSED, promoteFull: true } },
    { given: 'a promotion that passed the step', more: {}, now: { ...RESUMED, currentStepIndex: 2 } },
  ])('given $given whose second write was lost, when it is repeated, then the rollout is unpaused', ({ more, now }) => {
    const effect = applyCommand(command('promote', rollout(PAUSED, true), more), rollout(now, true));
    expect(effect).toEqual({ state: 'change', spec: { paused: false }, says: 'unpaused' });
  });

  it('given an inconclusive analysis, when promoted, then the step is passed and the pause ends, as the plugin writes it', () => {
    const status = {
      ...PAUSED,
      pauseConditions: [{ reason: 'InconclusiveAnalysisRun', startTime: '2024-01-01T00:00:00Z' }],
      canary: { currentStepAnalysisRunStatus: { name: 'r', status: 'Inconclusive' } },
    } as RolloutStatus;
    const effect = applyCommand(command('promote', rollout(status)), rollout(status));
    expect(effect).toMatchObject({ state: 'change', status: { controllerPause: false, currentStepIndex: 2 } });
  });

  it('given a manual pause and an engine pause, when promoted, then both end', () => {
    const both = rollout(PAUSED, true);
    expect(applyCommand(command('promote', both), both)).toMatchObject({ status: RESUMED, spec: { paused: false } });
  });

  it('given a Rollout that was deleted and created anew, then nothing is done', () => {
    const seen = rollout(PAUSED);
    const anew = { ...seen, metadata: { ...seen.metadata, uid: 'u2' } };
    expect(applyCommand(command('abort', seen), anew)).toMatchObject({ state: 'stale' });
  });
});
