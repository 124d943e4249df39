import { afterEach, describe, expect, it } from '@jest/globals';
import type { Reading } from '#core/analysis/reading.ts';
import { MINUTE, SECOND } from '#core/time.ts';
import { answering, OUTAGE, type AnsweringProviders } from '../support/answering.ts';
import { CANARY, SUCCESS_RATE } from '../support/manifests.ts';
import { World } from '../support/world.ts';

const RULE = `annotations: {weir.dev/min-requests: "50", weir.dev/requests-query: 'sum(increase(http_requests_total{service="{{args.service-name}}"}[1m]))'}`;
const REQUESTS_QUERY = 'sum(increase(http_requests_total{service="my-app"}[1m]))';

let world: World;
let source: AnsweringProviders;
let requests: number | Reading;
let successRate: number | Reading;

afterEach(() => world.stop());

interface Given {
  /** Where the rule stands. */
  readonly on?: 'template' | 'rollout';
  /** Measured in a step of its own, three times. */
  readonly inStep?: boolean;
}

async function givenRelease({ on = 'template', inStep = false }: Given = {}): Promise<void> {
  world = new World({
    providers: (_cluster, clock) => {
      source = answering((query) => (query.startsWith('up') ? successRate : requests), clock);
      return source.providers;
    },
  });
  const annotated = (manifest: string, name: string) =>
    manifest.replace(`metadata: {name: ${name}}`, `metadata: {name: ${name}, ${RULE}}`);
  const template = inStep ? SUCCESS_RATE.replace('interval: 1m', 'interval: 1m\n    count: 3') : SUCCESS_RATE;
  const step =
    '      - analysis: {templates: [{templateName: success-rate}], args: [{name: service-name, value: my-app}]}\n';
  const stepped = CANARY.replace('      steps:\n', `      steps:\n${step}`).replace(
    / {6}analysis:\n[^]*(?= {2}selector)/,
    '',
  );
  const rollout = inStep ? stepped : CANARY;
  await world.apply(
    on === 'template' ? annotated(template, 'success-rate') : template,
    on === 'rollout' ? annotated(rollout, 'my-app') : rollout,
  );
  await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
  await world.setImage('my-app:v3');
}

/** The release of the second version. */
const newest = async () => (await world.releases()).find(({ revision }) => revision === 2);
const measured = async () =>
  (await world.transitions(await newest())).filter(({ type }) => type === 'measured').map(({ details }) => details);
const step = async () => (await world.rollout()).status?.currentStepIndex;
const result = async () => (await world.analysisRuns())[0]?.status?.metricResults?.[0];

describe('given a canary that gets three requests of fifty', () => {
  it('when all three fail, then that does not fail the release, and history says why', async () => {
    [requests, successRate] = [3, 0];
    await givenRelease();
    await world.until('its end', async () => ((await newest())?.outcome ?? 'running') !== 'running');
    expect(await newest()).toMatchObject({ outcome: 'promoted' });
    expect((await measured())[0]).toMatchObject({
      metric: 'success-rate',
      phase: 'Unjudged',
      message: 'too few requests: 3 < 50',
      requests: '3',
      requestsNeeded: '50',
    });
    expect(source.asked.map(({ query }) => query)).not.toContain('up{service="my-app"}');
  });

  it('when all three succeed in a step’s analysis, then that does not pass it: it waits for requests', async () => {
    [requests, successRate] = [3, 1];
    await givenRelease({ inStep: true });
    await world.passes(30 * MINUTE);
    expect(await step()).toBe(0);
    requests = 60;
    await world.until('the analysis', async () => (await step()) === 1, 4 * MINUTE);
    const phases = (await measured()).map(({ phase }) => phase);
    expect(phases.filter((phase) => phase === 'Successful')).toHaveLength(3);
  });

  it('when it is looked at meanwhile, then no counter has moved and Argo’s tools see a measurement that runs', async () => {
    [requests, successRate] = [3, 0];
    await givenRelease({ inStep: true });
    await world.passes(10 * MINUTE);
    expect(await result()).toEqual({
      name: 'success-rate',
      phase: 'Running',
      measurements: [
        expect.objectContaining({ phase: 'Running', message: 'too few requests: 3 < 50', resumeAt: expect.anything() }),
      ],
    });
    const times = source.asked.map(({ at }) => at);
    const gaps = times.slice(1).map((at, index) => at - times[index]!);
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(59 * SECOND);
  });
});

describe('given a minimum of requests', () => {
  it.each([
    { given: 'enough, and good', count: 60, value: 0.99, then: 'promoted' },
    { given: 'exactly enough, and bad', count: 50, value: 0.5, then: 'aborted' },
    { given: 'enough, and bad', count: 60, value: 0.5, then: 'aborted' },
    { given: 'no number of requests', count: OUTAGE, value: 0.99, then: 'aborted' },
  ])('when there are $given, then it is $then', async ({ count, value, then }) => {
    [requests, successRate] = [count, value];
    await givenRelease();
    await world.until('its end', async () => ((await newest())?.outcome ?? 'running') !== 'running');
    expect(await newest()).toMatchObject({ outcome: then });
  });

  it('when it stands on the Rollout, then it holds for its analyses, and the number is in history', async () => {
    [requests, successRate] = [61, 0.99];
    await givenRelease({ on: 'rollout' });
    await world.until('its end', async () => (await newest())?.outcome === 'promoted');
    expect((await measured())[0]).toMatchObject({ phase: 'Successful', requests: '61' });
    expect(source.asked.map(({ query }) => query)).toContain(REQUESTS_QUERY);
  });

  it('when requests come after a while, then the wait leaves no trace in the verdict', async () => {
    [requests, successRate] = [3, 0.5];
    await givenRelease();
    await world.until('40 %', async () => (await step()) === 3);
    await world.passes(2 * MINUTE);
    requests = 60;
    await world.until('the abort', async () => (await newest())?.outcome === 'aborted');
    expect((await newest())?.reason).toContain('failed (4) > failureLimit (3)');
    const last = (await result())?.measurements?.at(-1);
    expect(last).not.toHaveProperty('message');
    expect(last).not.toHaveProperty('resumeAt');
  });

  it('when the run is stopped while it waits, then it ends without a verdict of its own', async () => {
    [requests, successRate] = [3, 0.5];
    await givenRelease();
    await world.until('its end', async () => (await newest())?.outcome === 'promoted');
    await world.passes(MINUTE);
    const [run] = await world.analysisRuns();
    expect(run?.status).toMatchObject({ phase: 'Successful' });
    expect(await result()).toEqual({ name: 'success-rate', phase: 'Successful' });
  });
});

describe('given half a rule', () => {
  it('when a release is analysed, then the run ends and says what is missing', async () => {
    [requests, successRate] = [60, 0.99];
    world = new World({
      providers: (_cluster, clock) => answering(() => 1, clock).providers,
    });
    const half = SUCCESS_RATE.replace(
      '{name: success-rate}',
      '{name: success-rate, annotations: {weir.dev/min-requests: "5"}}',
    );
    await world.apply(half, CANARY);
    await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
    await world.setImage('my-app:v3');
    await world.until('the abort', async () => (await newest())?.outcome === 'aborted');
    expect((await newest())?.reason).toContain('weir.dev/min-requests needs weir.dev/requests-query beside it');
  });
});
