import { afterEach, describe, expect, it } from '@jest/globals';
import type { Reading } from '#core/analysis/reading.ts';
import { HOUR, MINUTE, SECOND } from '#core/time.ts';
import type { KubernetesEvent } from '#shared/controllers/events.ts';
import { BLUE_GREEN, CANARY, SERVICES, SUCCESS_RATE } from '../support/manifests.ts';
import { OUTAGE } from '../support/answering.ts';
import { World } from '../support/world.ts';

const FRESH_START: Reading = { kind: 'value', value: { kind: 'vector', values: [] }, text: '[]' };

let world: World;
let answer: number | Reading;

afterEach(() => world.stop());

function withChoice(manifest: string, choice: string | undefined): string {
  const annotations = choice === undefined ? '' : `, annotations: {weir.dev/on-provider-error: ${choice}}`;
  return manifest.replace('metadata: {name: my-app}', `metadata: {name: my-app${annotations}}`);
}

/** A release of v3 at 40 %, where success-rate has been measured well once. */
async function givenAt40(choice?: string): Promise<void> {
  answer = 0.99;
  world = new World({ answers: () => answer });
  await world.apply(SUCCESS_RATE, withChoice(CANARY, choice));
  await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
  await world.setImage('my-app:v3');
  await world.until('40 %', async () => (await step()) === 3);
  await world.passes(10 * SECOND);
}

const step = async () => (await world.rollout()).status?.currentStepIndex;
/** The release of the second version. */
const newest = async () => (await world.releases()).find(({ revision }) => revision === 2);
const transitions = async (...types: string[]) =>
  (await world.transitions(await newest())).filter(({ type }) => types.includes(type));
const heldCondition = async () =>
  (await world.rollout()).status?.conditions?.find(({ type }) => type === ('Held' as string));

async function events(...reasons: string[]): Promise<readonly KubernetesEvent[]> {
  const told = await world.kubernetesEvents();
  return told.filter(({ reason, involvedObject }) => involvedObject.kind === 'Rollout' && reasons.includes(reason));
}

async function outage(length: number): Promise<void> {
  answer = OUTAGE;
  await world.passes(length);
}

describe('given a metrics outage of two minutes in a release', () => {
  it('when nothing is said about it, then it aborts as in Argo', async () => {
    await givenAt40();
    await outage(2 * MINUTE);
    expect((await newest())?.reason).toContain('consecutiveErrors (5) > consecutiveErrorLimit (4)');
  });

  it('when it is to hold, then it is told once, resumes by itself and is promoted', async () => {
    await givenAt40('hold');
    await outage(2 * MINUTE);
    expect(await heldCondition()).toMatchObject({ status: 'True', reason: 'MetricsDoNotAnswer' });
    answer = 0.99;
    await world.until('the promotion', async () => (await newest())?.outcome === 'promoted');
    expect(await heldCondition()).toBeUndefined();
    expect((await transitions('held')).map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Held: metric "success-rate" of my-app-\w+-2 does not answer: connection refused$/),
    ]);
    expect((await transitions('resumed')).map(({ message }) => message)).toContain('Resumed: metrics answer again');
    expect(await events('RolloutHeld')).toHaveLength(1);
    expect((await events('RolloutHeld'))[0]).toMatchObject({ type: 'Warning' });
  });

  it('when it is ignored, then steps go on and nothing is told to hold', async () => {
    await givenAt40('continue');
    answer = OUTAGE;
    await world.until('the promotion', async () => (await newest())?.outcome === 'promoted');
    expect(await transitions('held')).toEqual([]);
  });
});

describe('given a release that holds through an outage of two hours', () => {
  it('when its pause is long over, then no step is taken and no weight changes until metrics answer', async () => {
    await givenAt40('hold');
    const counts = await world.podCounts();
    await outage(2 * HOUR);
    expect(await step()).toBe(3);
    expect(await world.podCounts()).toEqual(counts);
    expect((await newest())?.outcome).toBe('running');
    answer = 0.99;
    await world.until('the next step', async () => ((await step()) ?? 0) > 3, MINUTE);
  });

  it('when it is looked at, then its counters are honest and Argo’s phases stay', async () => {
    await givenAt40('hold');
    await outage(20 * MINUTE);
    const [run] = await world.analysisRuns();
    const [result] = run?.status?.metricResults ?? [];
    expect(run?.status?.phase).toBe('Running');
    expect(result?.phase).toBe('Running');
    expect(result?.error).toBeGreaterThan(50);
    expect(result?.consecutiveError).toBe(result?.error);
    expect(await world.phase()).toBe('Paused');
  });

  it('when the last step is reached, then it is not promoted', async () => {
    await givenAt40('hold');
    await world.until('80 %', async () => (await step()) === 7);
    await outage(HOUR);
    expect((await newest())?.outcome).toBe('running');
    expect((await world.podCounts()).stable).toBe(1);
  });

  it('when a person ends the pause, then the step follows once metrics answer, and no second pause is taken', async () => {
    await givenAt40('hold');
    await outage(30 * SECOND + MINUTE);
    await world.order('promote');
    await world.passes(5 * MINUTE);
    expect(await step()).toBe(3);
    answer = 0.99;
    await world.until('the next pause', async () => (await step()) === 5, MINUTE);
  });

  it('when a person aborts, then it aborts', async () => {
    await givenAt40('hold');
    await outage(10 * MINUTE);
    await world.order('abort');
    await world.until('stable', async () => (await world.podCounts()).canary === 0, MINUTE);
    expect((await newest())?.outcome).toBe('aborted');
  });

  it('when a person promotes it fully, then it is promoted', async () => {
    await givenAt40('hold');
    await outage(10 * MINUTE);
    await world.order('promote', { full: true });
    await world.until('the promotion', async () => (await newest())?.outcome === 'promoted', 2 * MINUTE);
  });

  it('when the metrics come back bad, then it aborts as usual', async () => {
    await givenAt40('hold');
    await outage(10 * MINUTE);
    answer = 0.5;
    await world.until('the abort', async () => (await newest())?.outcome === 'aborted', 10 * MINUTE);
    expect((await newest())?.reason).toContain('failed (4) > failureLimit (3)');
  });
});

describe('given a release that holds', () => {
  it('when its condition cannot be evaluated, then that is the manifest’s fault and aborts', async () => {
    await givenAt40('hold');
    answer = FRESH_START;
    await world.until('the abort', async () => (await newest())?.outcome === 'aborted', 5 * MINUTE);
    expect((await newest())?.reason).toContain('consecutiveErrors (5) > consecutiveErrorLimit (4)');
    expect(await transitions('held')).toEqual([]);
  });

  it('when its metrics have never answered, then it holds where it is, and the progress deadline does not run', async () => {
    await givenAt40('hold');
    await world.order('abort');
    await world.passes(MINUTE);
    answer = OUTAGE;
    await world.order('retry');
    await world.until('40 %', async () => (await step()) === 2);
    const since = world.clock.now();
    await world.passes(40 * MINUTE);
    expect(await step()).toBe(2);
    expect(await world.phase()).toBe('Progressing');
    answer = 0.99;
    await world.until('the promotion', async () => (await newest())?.outcome === 'promoted');
    const degraded = (await transitions('phase-changed')).filter(
      ({ at, details }) => at >= since && details['phase'] === 'Degraded',
    );
    expect(degraded).toEqual([]);
  });
});

describe('given a choice that is none', () => {
  it('when a release is analysed, then it ends and says what is allowed', async () => {
    answer = 0.99;
    world = new World({ answers: () => answer });
    await world.apply(SUCCESS_RATE, withChoice(CANARY, 'hodl'));
    await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
    await world.setImage('my-app:v3');
    await world.until('the abort', async () => (await newest())?.outcome === 'aborted');
    expect((await newest())?.reason).toContain('"hodl" is none of argo, hold, continue');
  });
});

describe('given a blue-green release that holds', () => {
  it('when pre-promotion metrics do not answer, then nothing is switched, and it is told', async () => {
    answer = OUTAGE;
    world = new World({ answers: () => answer });
    const once = SUCCESS_RATE.replace('interval: 1m', 'count: 1').replace('failureLimit: 3', 'failureLimit: 0');
    const analysed = withChoice(BLUE_GREEN, 'hold')
      .replace('autoPromotionEnabled: false', 'autoPromotionEnabled: true')
      .replace(
        'scaleDownDelaySeconds: 30',
        'prePromotionAnalysis: {templates: [{templateName: success-rate}], args: [{name: service-name, value: x}]}',
      );
    await world.apply(once, ...SERVICES, analysed);
    await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
    await world.setImage('my-app:v3');
    await world.passes(30 * MINUTE);
    expect((await newest())?.outcome).toBe('running');
    expect(await transitions('held')).toHaveLength(1);
    answer = 0.99;
    await world.until('the promotion', async () => (await newest())?.outcome === 'promoted', 5 * MINUTE);
  });
});
