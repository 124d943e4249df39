import { afterEach, describe, expect, it } from '@jest/globals';
import { MINUTE, SECOND } from '#core/time.ts';
import { CANARY, SUCCESS_RATE } from '../support/manifests.ts';
import { StatusError } from '../../infra/local/kubernetes/status-error.ts';
import { World, type Answers } from '../support/world.ts';

let world: World;
afterEach(() => world.stop());

async function givenMyApp(answers: Answers = () => 0.99): Promise<void> {
  world = new World({ answers });
  await world.apply(SUCCESS_RATE, CANARY);
  await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
}

const step = async () => (await world.rollout()).status?.currentStepIndex;

describe('given the guidelines’ canary', () => {
  it('when a good version is released, then it goes 20 → 40 → 60 → 80 → 100 % and is promoted', async () => {
    await givenMyApp();
    await world.setImage('my-app:v3');
    const counts: string[] = [];
    for (const index of [1, 3, 5, 7]) {
      await world.until(`step ${index}`, async () => (await step()) === index);
      const { canary, stable } = await world.podCounts();
      counts.push(`${canary}+${stable}`);
    }
    await world.until('the promotion', async () => (await world.phase()) === 'Healthy');
    expect(counts).toEqual(['1+4', '2+3', '3+2', '4+1']);
    expect(await world.podCounts()).toEqual({ canary: 0, stable: 5 });
    const [release] = await world.releases();
    expect(release).toMatchObject({
      outcome: 'promoted',
      reason: 'Completed all 8 canary steps',
      weights: [20, 40, 60, 80, 100],
    });
  });

  it('when it is released, then it takes its pauses and little more', async () => {
    await givenMyApp();
    const before = world.clock.now();
    await world.setImage('my-app:v3');
    await world.until(
      'the promotion',
      async () =>
        (await world.releases()).every(({ outcome }) => outcome === 'promoted') &&
        (await world.releases()).length === 2,
    );
    const took = world.clock.now() - before;
    expect(took).toBeGreaterThan(20 * MINUTE);
    expect(took).toBeLessThan(23 * MINUTE);
  });

  it('when success-rate fails four times, then it is aborted and back on stable by itself', async () => {
    await givenMyApp(() => 0.5);
    await world.setImage('my-app:v3');
    await world.until('the abort', async () => (await world.rollout()).status?.abort === true);
    await world.until('stable', async () => (await world.podCounts()).canary === 0);
    expect(await world.podCounts()).toEqual({ canary: 0, stable: 5 });
    const [release] = await world.releases();
    expect(release).toMatchObject({
      outcome: 'aborted',
      weights: [20, 40],
      reason:
        'Rollout aborted update to revision 2: Background analysis phase error/failed: Metric "success-rate" assessed Failed due to failed (4) > failureLimit (3)',
    });
    const measured = (await world.transitions(release)).filter(({ type }) => type === 'measured');
    expect(measured.map(({ details }) => details['phase'])).toEqual(['Failed', 'Failed', 'Failed', 'Failed']);
    expect(measured[0]?.details).toMatchObject({ value: '[0.5]', successCondition: 'result[0] >= 0.95' });
  });

  it('when the metrics source fails for good, then five errors in a row abort and nothing passes', async () => {
    await givenMyApp(() => ({ kind: 'error', message: 'connection refused' }));
    await world.setImage('my-app:v3');
    await world.until('the abort', async () => (await world.rollout()).status?.abort === true);
    const [release] = await world.releases();
    expect(release?.reason).toContain('consecutiveErrors (5) > consecutiveErrorLimit (4)');
  });

  it('when metrics answer NaN, then that never counts as a pass', async () => {
    await givenMyApp(() => Number.NaN);
    await world.setImage('my-app:v3');
    await world.until('the abort', async () => (await world.rollout()).status?.abort === true);
  });

  it('when a person aborts and retries, then the release starts again from its first step', async () => {
    await givenMyApp();
    await world.setImage('my-app:v3');
    await world.until('40 %', async () => (await step()) === 3);
    expect(await world.order('abort')).toMatchObject({ state: 'applied' });
    await world.until('stable', async () => (await world.podCounts()).canary === 0);
    expect(await world.phase()).toBe('Degraded');
    expect(await world.order('retry')).toMatchObject({ state: 'applied' });
    await world.until('20 %', async () => (await step()) === 1);
    expect(await world.podCounts()).toEqual({ canary: 1, stable: 4 });
    await world.until('the promotion', async () => (await world.phase()) === 'Healthy');
    expect((await world.releases())[0]).toMatchObject({ outcome: 'promoted', weights: [20, 40, 60, 80, 100] });
  });

  it('when a person promotes a pause, then that pause ends and the next one is taken', async () => {
    await givenMyApp();
    await world.setImage('my-app:v3');
    await world.until('the first pause', async () => (await world.phase()) === 'Paused');
    await world.order('promote');
    await world.passes(20 * SECOND);
    expect(await step()).toBe(3);
    expect(await world.phase()).toBe('Paused');
  });

  it('when a person promotes it fully, then it is stable without the remaining steps', async () => {
    await givenMyApp();
    await world.setImage('my-app:v3');
    await world.until('the first pause', async () => (await world.phase()) === 'Paused');
    await world.order('promote', { full: true });
    await world.until('the promotion', async () => (await world.phase()) === 'Healthy', 2 * MINUTE);
    expect((await world.releases())[0]).toMatchObject({ outcome: 'promoted', reason: 'Full promotion requested' });
  });

  it('when a third version comes in the middle, then the second is superseded and the third is released from stable', async () => {
    await givenMyApp();
    await world.setImage('my-app:v3');
    await world.until('40 %', async () => (await step()) === 3);
    await world.setImage('my-app:v4');
    await world.until('the promotion', async () => (await world.phase()) === 'Healthy');
    expect((await world.releases()).map(({ outcome }) => outcome)).toEqual(['promoted', 'superseded', 'promoted']);
  });

  it('when the template goes back to stable in the middle, then no step is taken and all pods are stable', async () => {
    await givenMyApp();
    await world.setImage('my-app:v3');
    await world.until('40 %', async () => (await step()) === 3);
    await world.setImage('my-app:v2');
    await world.until('stable', async () => (await world.phase()) === 'Healthy', 2 * MINUTE);
    expect(await world.podCounts()).toEqual({ canary: 0, stable: 5 });
    expect((await world.releases())[0]).toMatchObject({ outcome: 'superseded' });
  });

  it('when its pods never become ready, then it does not go beyond its first step', async () => {
    await givenMyApp();
    await world.setImage('my-app:does-not-exist');
    await world.passes(30 * MINUTE);
    expect(await step()).toBe(0);
    expect((await world.podCounts()).stable).toBeGreaterThanOrEqual(4);
    expect(await world.phase()).toBe('Degraded');
  });

  it('when an AnalysisTemplate is missing, then the condition says so and nothing moves; once it is there, it goes on', async () => {
    world = new World();
    await world.apply(CANARY);
    await world.passes(30 * SECOND);
    const { conditions } = (await world.rollout()).status ?? {};
    const invalid = conditions?.find(({ type }) => type === 'InvalidSpec');
    expect(invalid).toMatchObject({ status: 'True', reason: 'InvalidSpec' });
    expect(invalid?.message).toContain("AnalysisTemplate 'success-rate' not found");
    expect(await world.replicaSets()).toEqual([]);
    await world.apply(SUCCESS_RATE);
    await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
  });

  it('when the API server refuses the new ReplicaSet, then the condition says so once, and once it is taken the release goes on', async () => {
    await givenMyApp();
    const heal = world.store.intercept({
      before: (operation) => {
        if (operation.verb === 'create' && operation.object['kind'] === 'ReplicaSet')
          throw new StatusError(422, 'Invalid', 'exceeded quota: pods');
      },
    });
    await world.setImage('my-app:v3');
    await world.passes(3 * MINUTE);
    const progressing = (await world.rollout()).status?.conditions?.find(({ type }) => type === 'Progressing');
    expect(progressing).toMatchObject({ status: 'False', reason: 'ReplicaSetCreateError' });
    expect(progressing?.message).toContain('exceeded quota: pods');
    const told = (await world.kubernetesEvents()).filter(({ reason }) => reason === 'ReplicaSetCreateError');
    expect(told).toMatchObject([{ count: 1 }]);
    heal();
    await world.until(
      'the promotion',
      async () => (await world.releases())[0]?.outcome === 'promoted' && (await world.releases()).length === 2,
    );
  });

  it('when nothing happens for hours, then nothing is written', async () => {
    await givenMyApp();
    await world.passes(5 * MINUTE);
    const before = world.store.resourceVersion;
    await world.passes(180 * MINUTE);
    expect(world.store.resourceVersion).toBe(before);
  });
});
