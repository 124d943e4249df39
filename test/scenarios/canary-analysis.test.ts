/** AnalysisRuns of a canary on the embedded API: made, heeded, asked again, forgotten. rollout-engine §7.5, §8, §12. */
import { afterEach, describe, expect, it } from '@jest/globals';
import type { AnalysisRun, CanaryStep } from '#core/resources/argo.ts';
import { refOf } from '#core/resources/kubernetes.ts';
import { SECOND } from '#core/time.ts';
import { analysis, pause, setWeight } from '../support/builders.ts';
import { Scenario, type Given } from '../support/scenario.ts';
import type { Answers } from '../support/world.ts';

let scenario: Scenario;
afterEach(() => scenario.end());

const PROVIDER = { prometheus: { address: 'http://prometheus:9090', query: 'up' } };
const STEPS: readonly CanaryStep[] = [setWeight(50), analysis('latency'), pause()];

function aTemplate(name: string, metric: object = { count: 1 }): object {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisTemplate',
    metadata: { name },
    spec: {
      metrics: [
        {
          name,
          successCondition: 'result[0] > 0.9',
          failureCondition: 'result[0] < 0.5',
          provider: PROVIDER,
          ...metric,
        },
      ],
    },
  };
}

async function given(answers: Answers, more: Given = {}): Promise<void> {
  scenario = await Scenario.healthy({
    answers,
    steps: STEPS,
    replicas: 2,
    others: [aTemplate('latency'), aTemplate('errors', { interval: '10s' })],
    ...more,
  });
}

async function runs(): Promise<readonly AnalysisRun[]> {
  return (await scenario.world.analysisRuns()).toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

describe('given a step of analysis', () => {
  it('when it is reached, then its run carries name, labels, owner and revision as Argo makes them, and success completes it', async () => {
    await given(() => 1);
    await scenario.updateImage('v2');
    await scenario.waitForPauseAt(2);
    const { metadata, status } = await scenario.rollout();
    const hash = status?.currentPodHash ?? '';
    const [run, ...others] = await runs();
    expect(others).toEqual([]);
    expect(run?.metadata).toMatchObject({
      name: `my-app-${hash}-2-1`,
      labels: { app: 'my-app', 'rollouts-pod-template-hash': hash, 'rollout-type': 'Step', 'step-index': '1' },
      annotations: { 'rollout.argoproj.io/revision': '2' },
      ownerReferences: [
        { kind: 'Rollout', name: 'my-app', uid: metadata.uid, controller: true, blockOwnerDeletion: true },
      ],
    });
    expect(await scenario.events('AnalysisRunSuccessful')).toContain(
      `Step Analysis Run 'my-app-${hash}-2-1' Status New: 'Successful' Previous: ''`,
    );
    expect(status?.canary?.currentStepAnalysisRunStatus).toBeUndefined();
  });

  it('when it fails, then the update is aborted with its words; when it is retried, then it is asked anew', async () => {
    let value = 0.1;
    await given(() => value);
    await scenario.updateImage('v2');
    await scenario.waitForStatus('Degraded');
    await scenario.waitForPods({ v1: '2/2' });
    const { message, currentPodHash = '' } = await scenario.status();
    expect(message).toBe(
      'RolloutAborted: Rollout aborted update to revision 2: Step-based analysis phase error/failed: Metric "latency" assessed Failed due to failed (1) > failureLimit (0)',
    );
    expect((await scenario.status()).canary?.currentStepAnalysisRunStatus).toBeUndefined();
    value = 1;
    await scenario.retry();
    await scenario.waitForPauseAt(2);
    expect((await runs()).map(({ metadata, status }) => [metadata.name, status?.phase])).toEqual([
      [`my-app-${currentPodHash}-2-1`, 'Failed'],
      [`my-app-${currentPodHash}-2-1.1`, 'Successful'],
    ]);
  });

  it('when it is inconclusive, then it pauses; when a person resumes, then it is asked anew', async () => {
    let value = 0.7;
    await given(() => value);
    await scenario.updateImage('v2');
    await scenario.waitForStatus('Paused');
    expect(await scenario.status()).toMatchObject({
      message: 'InconclusiveAnalysisRun',
      pauseConditions: [{ reason: 'InconclusiveAnalysisRun' }],
      controllerPause: true,
      currentStepIndex: 1,
    });
    await scenario.sleep(30 * SECOND);
    expect(await runs()).toHaveLength(1);
    value = 1;
    const { status } = await scenario.rollout();
    await scenario.world.cluster.patchStatus(await scenario.rollout(), { ...status, pauseConditions: undefined });
    await scenario.waitForPauseAt(2);
    expect((await runs()).map((run) => run.status?.phase)).toEqual(['Inconclusive', 'Successful']);
  });

  it('when a third version comes meanwhile, then the run of the second is stopped', async () => {
    await given(() => 1, { others: [aTemplate('latency', { count: 10, interval: '1m' })] });
    await scenario.updateImage('v2');
    await scenario.waitForStep(1);
    await scenario.sleep(5 * SECOND);
    await scenario.updateImage('v3');
    await scenario.waitFor('its own run', ({ status }) => status?.canary?.currentStepAnalysisRunStatus !== undefined);
    await scenario.sleep(10 * SECOND);
    const hash = (await scenario.status()).currentPodHash;
    const stopped = (await runs()).filter((run) => run.spec.terminate === true);
    expect(stopped.map(({ metadata }) => metadata.labels?.['rollouts-pod-template-hash'] === hash)).toEqual([false]);
    expect(stopped[0]?.status?.phase).toBe('Successful');
  });
});

describe('given background analysis', () => {
  const canary = { analysis: { templates: [{ templateName: 'errors' }], startingStep: 1 } };
  const steps = [setWeight(50), pause(), setWeight(100), pause()];

  it('when the starting step is reached, then it runs until the promotion, which stops it', async () => {
    await given(() => 1, { canary, steps });
    await scenario.updateImage('v2');
    await scenario.waitForPauseAt(1);
    await scenario.sleep(10 * SECOND);
    const hash = (await scenario.status()).currentPodHash;
    expect((await scenario.status()).canary?.currentBackgroundAnalysisRunStatus).toEqual({
      name: `my-app-${hash}-2`,
      status: 'Running',
    });
    await scenario.promoteFull();
    await scenario.waitForStatus('Healthy');
    await scenario.sleep(10 * SECOND);
    expect((await runs()).map((run) => [run.spec.terminate, run.status?.phase])).toEqual([[true, 'Successful']]);
    expect((await scenario.status()).canary).toBeUndefined();
  });

  it('when it fails during a pause, then the pause is over and stable carries everything', async () => {
    let value = 1;
    await given(() => value, { canary, steps });
    await scenario.updateImage('v2');
    await scenario.waitForPauseAt(1);
    await scenario.sleep(15 * SECOND);
    value = 0;
    await scenario.waitForStatus('Degraded');
    expect((await scenario.status()).message).toContain('Background analysis phase error/failed: Metric "errors"');
    expect((await scenario.status()).pauseConditions).toBeUndefined();
    await scenario.waitForPods({ v1: '2/2' });
  });
});

describe('given runs of the past', () => {
  it('when there are more than the limits, then the oldest of each kind go; those without their ReplicaSet go too', async () => {
    await given(() => 1, { steps: [analysis('latency')], spec: { analysis: { successfulRunHistoryLimit: 1 } } });
    for (const version of ['v2', 'v3', 'v4']) {
      await scenario.updateImage(version);
      await scenario.waitForStatus('Healthy');
    }
    await scenario.sleep(30 * SECOND);
    const [last, ...others] = await runs();
    expect(others).toEqual([]);
    expect(last?.metadata.annotations).toMatchObject({ 'rollout.argoproj.io/revision': '4' });
    if (last !== undefined) {
      await scenario.patch(last, { metadata: { labels: { 'rollouts-pod-template-hash': 'gone' } } });
      await scenario.updateSpec({ minReadySeconds: 1 });
      await scenario.world.until(
        'it is gone',
        async () => (await scenario.world.cluster.get(refOf(last))) === undefined,
      );
    }
  });
});
