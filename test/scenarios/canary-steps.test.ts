/** The scenarios of a canary without traffic routing. strategies §2.12. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { REVISION, REVISION_HISTORY } from '#core/resources/keys.ts';
import { hashOf } from '#core/rollout/replica-sets.ts';
import { MINUTE, SECOND } from '#core/time.ts';
import { pause, setWeight } from '../support/builders.ts';
import { Scenario, type Given } from '../support/scenario.ts';

let scenario: Scenario;
afterEach(() => scenario.end());

const STEPS = [setWeight(25), pause(), setWeight(50), pause()];

async function given(more: Given = {}): Promise<void> {
  scenario = await Scenario.healthy({ steps: STEPS, ...more });
}

/** v2 waits at its first pause. */
async function givenUpdate(more: Given = {}): Promise<void> {
  await given(more);
  await scenario.updateImage('v2');
  await scenario.waitForStatus('Paused');
}

describe('given a first deploy', () => {
  it('when its pods start slowly, then it is stable before they are ready, steps are skipped and it is scaled in one go', async () => {
    scenario = await Scenario.applied({ steps: STEPS, readyDelay: 30 * SECOND });
    await scenario.waitFor('a stable version', ({ status }) => status?.stableRS !== undefined);
    const [first] = await scenario.replicaSets();
    expect(await scenario.status()).toMatchObject({ stableRS: hashOf(first), phase: 'Progressing' });
    expect((await scenario.status()).availableReplicas).toBeUndefined();
    await scenario.waitForStatus('Healthy');
    expect(await scenario.status()).toMatchObject({ currentStepIndex: 4, replicas: 4, availableReplicas: 4 });
    expect(await scenario.events('ScalingReplicaSet')).toEqual([
      `Scaled up ReplicaSet ${first?.metadata.name} (revision 1) from 0 to 4`,
    ]);
    expect(await scenario.events('RolloutCompleted')).toEqual([
      `Rollout completed update to revision 1 (${hashOf(first)}): Initial deploy`,
    ]);
    expect(await scenario.events('SkipSteps')).toEqual([]);
  });
});

describe('given a Rollout with steps', () => {
  it('when an update is promoted through its pauses, then each step is taken and told once', async () => {
    await givenUpdate();
    expect(await scenario.pods()).toEqual({ v1: '3/3', v2: '1/1' });
    await scenario.promote();
    await scenario.waitForPauseAt(3);
    expect(await scenario.pods()).toEqual({ v1: '2/2', v2: '2/2' });
    await scenario.promote();
    await scenario.waitForStatus('Healthy');
    expect(await scenario.pods()).toEqual({ v2: '4/4' });
    expect(await scenario.events('RolloutStepCompleted')).toEqual([
      'Rollout step 1/4 completed (setWeight: 25)',
      'Rollout step 2/4 completed (pause)',
      'Rollout step 3/4 completed (setWeight: 50)',
      'Rollout step 4/4 completed (pause)',
    ]);
    expect((await scenario.events('RolloutCompleted')).at(-1)).toMatch(/: Completed all 4 canary steps$/);
    expect(await scenario.events('RolloutPaused')).toHaveLength(2);
  });

  it('when a third version comes in the middle, then it begins at step 0 and the second goes first', async () => {
    await givenUpdate();
    await scenario.promote();
    await scenario.waitForStep(3);
    await scenario.updateImage('v3');
    await scenario.waitFor('the reset', ({ status }) => status?.currentStepIndex === 0);
    expect((await scenario.status()).pauseConditions).toBeUndefined();
    await scenario.waitForStatus('Paused');
    expect(await scenario.pods()).toEqual({ v1: '3/3', v3: '1/1' });
    const told = await scenario.events('ScalingReplicaSet');
    const v2 = (await scenario.replicaSet('v2')).metadata.name;
    const v3 = (await scenario.replicaSet('v3')).metadata.name;
    expect(told.findIndex((text) => text.includes(`down ReplicaSet ${v2}`))).toBeLessThan(
      told.findIndex((text) => text.includes(`up ReplicaSet ${v3}`)),
    );
  });

  it('when the template goes back to stable in the middle, then all steps are skipped and the other version goes', async () => {
    await givenUpdate();
    const { stableRS } = await scenario.status();
    await scenario.updateImage('v1');
    await scenario.waitForStatus('Healthy');
    expect(await scenario.pods()).toEqual({ v1: '4/4' });
    expect(await scenario.status()).toMatchObject({ currentStepIndex: 4, stableRS, currentPodHash: stableRS });
    expect(await scenario.events('SkipSteps')).toEqual(['Rollback to stable ReplicaSets']);
    expect((await scenario.status()).pauseConditions).toBeUndefined();
  });

  it('when an older version is applied again, then its ReplicaSet comes back under the next revision and takes every step', async () => {
    await givenUpdate();
    await scenario.promoteFull();
    await scenario.waitForStatus('Healthy');
    const [first] = await scenario.replicaSets();
    await scenario.updateImage('v1');
    await scenario.waitForStatus('Paused');
    expect(await scenario.pods()).toEqual({ v1: '1/1', v2: '3/3' });
    const again = await scenario.replicaSet('v1');
    expect(again.metadata).toMatchObject({
      uid: first?.metadata.uid,
      annotations: { [REVISION]: '3', [REVISION_HISTORY]: '1' },
    });
    expect((await scenario.rollout()).metadata.annotations).toMatchObject({ [REVISION]: '3' });
    expect(await scenario.replicaSets()).toHaveLength(2);
  });

  it('when an older version is applied again within the rollback window, then no step is taken', async () => {
    await givenUpdate({ spec: { rollbackWindow: { revisions: 2 } } });
    await scenario.promoteFull();
    await scenario.waitForStatus('Healthy');
    await scenario.updateImage('v1');
    await scenario.waitForStatus('Healthy');
    expect(await scenario.pods()).toEqual({ v1: '4/4' });
    expect(await scenario.events('RolloutPaused')).toHaveLength(1);
    expect((await scenario.events('RolloutCompleted')).at(-1)).toMatch(/: Rollback within window$/);
  });

  it('when its steps are edited in the middle, then they begin anew with the same ReplicaSet and revision', async () => {
    await givenUpdate();
    const { metadata } = await scenario.replicaSet('v2');
    await scenario.updateSteps([setWeight(50), pause(), setWeight(75), pause()]);
    await scenario.waitFor('the reset', ({ status }) => status?.currentStepIndex === 0);
    await scenario.waitForStep(1);
    expect(await scenario.pods()).toEqual({ v1: '2/2', v2: '2/2' });
    const after = await scenario.replicaSet('v2');
    expect(after.metadata).toMatchObject({ uid: metadata.uid, annotations: { [REVISION]: '2' } });
    expect(await scenario.replicaSets()).toHaveLength(2);
  });

  it('when its steps are edited at rest, then they count as done and no pod moves', async () => {
    await given();
    const before = (await scenario.podObjects()).map(({ metadata }) => metadata.uid);
    await scenario.updateSteps([setWeight(10), pause()]);
    await scenario.waitFor('the new steps', ({ status }) => status?.currentStepIndex === 2);
    await scenario.waitForStatus('Healthy');
    expect((await scenario.podObjects()).map(({ metadata }) => metadata.uid)).toEqual(before);
  });

  it('when R changes in the middle, then the sizes follow at the step where it stands', async () => {
    await givenUpdate();
    await scenario.scale(8);
    await scenario.waitForPods({ v1: '6/6', v2: '2/2' });
    expect(await scenario.status()).toMatchObject({ currentStepIndex: 1, phase: 'Paused' });
    await scenario.scale(4);
    await scenario.waitForPods({ v1: '3/3', v2: '1/1' });
    expect((await scenario.status()).currentStepIndex).toBe(1);
  });

  it('when the strategy becomes blue-green and canary again, then the stable version stays and no pod restarts', async () => {
    await given({ services: ['active'] });
    const before = (await scenario.podObjects()).map(({ metadata }) => metadata.uid);
    const { stableRS } = await scenario.status();
    await scenario.world.edit((rollout) => ({
      ...rollout,
      spec: { ...rollout.spec, strategy: { blueGreen: { activeService: 'active' } } },
    }));
    await scenario.waitFor('blue-green', ({ status }) => status?.blueGreen?.activeSelector === stableRS);
    await scenario.waitForStatus('Healthy');
    expect((await scenario.status()).currentStepIndex).toBeUndefined();
    await scenario.world.edit((rollout) => ({
      ...rollout,
      spec: { ...rollout.spec, strategy: { canary: { steps: [...STEPS] } } },
    }));
    await scenario.waitFor('canary', ({ status }) => status?.currentStepIndex === 4);
    await scenario.waitForStatus('Healthy');
    expect(await scenario.status()).toMatchObject({ stableRS, currentPodHash: stableRS });
    expect((await scenario.podObjects()).map(({ metadata }) => metadata.uid)).toEqual(before);
  });

  it('when an update is aborted, then stable carries everything; when it is retried, then it begins at step 0', async () => {
    await givenUpdate();
    await scenario.promote();
    await scenario.waitForStep(3);
    await scenario.abort();
    await scenario.waitForPods({ v1: '4/4' });
    const { abortedAt, ...status } = await scenario.status();
    expect(status).toMatchObject({ abort: true, currentStepIndex: 0, phase: 'Degraded' });
    expect(status.message).toBe('RolloutAborted: Rollout aborted update to revision 2');
    expect(abortedAt).toBeDefined();
    await scenario.retry();
    await scenario.waitForStatus('Paused');
    expect(await scenario.pods()).toEqual({ v1: '3/3', v2: '1/1' });
    expect((await scenario.status()).abortedAt).toBeUndefined();
    expect((await scenario.status()).currentStepIndex).toBe(1);
  });
});

describe('given no steps', () => {
  it('when it is updated, then it rolls within surge and unavailability', async () => {
    scenario = await Scenario.healthy({ replicas: 8, canary: { maxSurge: 2, maxUnavailable: 1 } });
    await scenario.updateImage('v2');
    const seen: [number, number][] = [];
    await scenario.world.until('the end', async () => {
      const sets = await scenario.replicaSets();
      const total = (of: 'size' | 'available') =>
        sets.reduce(
          (sum, { spec, status }) => sum + ((of === 'size' ? spec?.replicas : status?.availableReplicas) ?? 0),
          0,
        );
      seen.push([total('size'), total('available')]);
      return JSON.stringify(await scenario.pods()) === '{"v2":"8/8"}';
    });
    expect(Math.max(...seen.map(([size]) => size))).toBe(10);
    expect(Math.min(...seen.map(([, available]) => available))).toBeGreaterThanOrEqual(7);
    await scenario.waitForStatus('Healthy', MINUTE);
    expect((await scenario.status()).currentStepIndex).toBeUndefined();
  });
});

describe('given Services', () => {
  it('when an update goes through, is aborted and released, then each leads where the rules say', async () => {
    await givenUpdate({ services: ['stable', 'canary'], canary: { stableService: 'stable', canaryService: 'canary' } });
    expect([await scenario.served('stable'), await scenario.served('canary')]).toEqual(['v1', 'v2']);
    await scenario.abort();
    await scenario.waitForPods({ v1: '4/4' });
    expect([await scenario.served('stable'), await scenario.served('canary')]).toEqual(['v1', 'v1']);
    await scenario.retry();
    await scenario.waitForStatus('Paused');
    await scenario.promoteFull();
    await scenario.waitForStatus('Healthy');
    await scenario.sleep(5 * SECOND);
    expect([await scenario.served('stable'), await scenario.served('canary')]).toEqual(['v2', 'v2']);
    expect(await scenario.events('SwitchService')).not.toEqual([]);
  });

  it('when one does not exist yet, then it is waited for, and nothing is made meanwhile', async () => {
    scenario = await Scenario.applied({ steps: STEPS, canary: { canaryService: 'late' } });
    await scenario.waitForStatus('Degraded');
    expect((await scenario.status()).message).toBe(
      'InvalidSpec: The Rollout "my-app" is invalid: spec.strategy.canary.canaryService: Invalid value: "late": service "late" not found',
    );
    expect(await scenario.replicaSets()).toEqual([]);
    await scenario.world.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'late' },
      spec: { selector: { app: 'my-app' } },
    });
    await scenario.waitForStatus('Healthy');
    expect(await scenario.condition('InvalidSpec')).toBeUndefined();
  });
});
