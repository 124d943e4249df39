import { describe, expect, it } from '@jest/globals';
import type { RolloutStatus } from '#core/resources/argo.ts';
import { phaseOf } from '#core/rollout/phase.ts';
import { formatTimestamp } from '#core/time.ts';
import { aCondition, aRollout, T0, type RolloutBuilder } from '../../../support/builders.ts';

const AT = formatTimestamp(T0);
const canary = aRollout().replicas(3);
const blueGreen = aRollout().replicas(3).blueGreen();
const analysed = aRollout()
  .replicas(3)
  .blueGreen({ postPromotionAnalysis: { templates: [{ templateName: 't' }] } });
const done: RolloutStatus = {
  replicas: 3,
  updatedReplicas: 3,
  availableReplicas: 3,
  currentPodHash: 'b',
  stableRS: 'b',
};
const ready: RolloutStatus = { ...done, stableRS: 'a' };
const switched: RolloutStatus = { ...ready, blueGreen: { activeSelector: 'b' } };
const post = (status: 'Running' | 'Successful') => ({
  activeSelector: 'b',
  postPromotionAnalysisRunStatus: { name: 'r', status },
});

describe('the phase of a Rollout', () => {
  it.each<{ given: string; rollout: RolloutBuilder; status: RolloutStatus; then: [string, string] }>([
    {
      given: 'an invalid spec, before all else',
      rollout: canary.spec({ paused: true }),
      status: {
        ...done,
        conditions: [
          aCondition('InvalidSpec', 'True', 'InvalidSpec'),
          aCondition('Progressing', 'False', 'RolloutAborted'),
        ],
      },
      then: ['Degraded', 'InvalidSpec: InvalidSpec'],
    },
    {
      given: 'a spec that became invalid after an abort',
      rollout: canary.spec({ paused: true }),
      status: {
        ...done,
        conditions: [
          aCondition('Progressing', 'False', 'RolloutAborted'),
          aCondition('InvalidSpec', 'True', 'InvalidSpec'),
        ],
      },
      then: ['Degraded', 'RolloutAborted: RolloutAborted'],
    },
    {
      given: 'an abort',
      rollout: canary.spec({ paused: true }),
      status: { ...ready, conditions: [aCondition('Progressing', 'False', 'RolloutAborted', T0, 'why')] },
      then: ['Degraded', 'RolloutAborted: why'],
    },
    {
      given: 'a missed deadline',
      rollout: canary,
      status: { ...ready, conditions: [aCondition('Progressing', 'False', 'ProgressDeadlineExceeded', T0, 'late')] },
      then: ['Degraded', 'ProgressDeadlineExceeded: late'],
    },
    {
      given: 'a person paused it',
      rollout: canary.spec({ paused: true }),
      status: { ...ready, pauseConditions: [{ reason: 'CanaryPauseStep', startTime: AT }] },
      then: ['Paused', 'manually paused'],
    },
    {
      given: 'pause conditions',
      rollout: canary,
      status: {
        ...ready,
        pauseConditions: [
          { reason: 'BlueGreenPause', startTime: AT },
          { reason: 'InconclusiveAnalysisRun', startTime: AT },
        ],
      },
      then: ['Paused', 'BlueGreenPause'],
    },
    {
      given: 'a restart, even one to come',
      rollout: canary.spec({ restartAt: '2030-01-01T00:00:00Z' }),
      status: done,
      then: ['Progressing', 'rollout is restarting'],
    },
    {
      given: 'a restart that is done',
      rollout: canary.spec({ restartAt: AT }),
      status: { ...done, restartedAt: AT },
      then: ['Healthy', ''],
    },
    {
      given: 'too few new pods',
      rollout: canary,
      status: { ...ready, updatedReplicas: 2 },
      then: ['Progressing', 'more replicas need to be updated'],
    },
    {
      given: 'new pods that are not available',
      rollout: canary,
      status: { ...ready, availableReplicas: 2 },
      then: ['Progressing', 'updated replicas are still becoming available'],
    },
    {
      given: 'no active selector',
      rollout: blueGreen,
      status: ready,
      then: ['Progressing', 'active service cutover pending'],
    },
    {
      given: 'another active selector',
      rollout: blueGreen,
      status: { ...ready, blueGreen: { activeSelector: 'a' } },
      then: ['Progressing', 'active service cutover pending'],
    },
    {
      given: 'post-promotion analysis without a run yet',
      rollout: analysed,
      status: switched,
      then: ['Progressing', 'waiting for analysis to complete'],
    },
    {
      given: 'post-promotion analysis that runs',
      rollout: analysed,
      status: { ...ready, blueGreen: post('Running') },
      then: ['Progressing', 'waiting for analysis to complete'],
    },
    {
      given: 'post-promotion analysis that is over',
      rollout: analysed,
      status: { ...ready, blueGreen: post('Successful') },
      then: ['Progressing', 'waiting for post-promotion verification to complete'],
    },
    {
      given: 'a blue-green update that is done',
      rollout: blueGreen,
      status: { ...switched, stableRS: 'b' },
      then: ['Healthy', ''],
    },
    {
      given: 'old pods of a canary',
      rollout: canary,
      status: { ...done, replicas: 4 },
      then: ['Progressing', 'old replicas are pending termination'],
    },
    {
      given: 'a canary not promoted',
      rollout: canary,
      status: ready,
      then: ['Progressing', 'waiting for all steps to complete'],
    },
    {
      given: 'no stable version',
      rollout: canary,
      status: { ...done, stableRS: '', currentPodHash: '' },
      then: ['Progressing', 'waiting for all steps to complete'],
    },
    { given: 'everything done', rollout: canary, status: done, then: ['Healthy', ''] },
  ])('given $given, then $then', ({ rollout, status, then: [phase, message] }) => {
    expect(phaseOf(rollout.build(), status)).toEqual({ phase, message });
  });
});
