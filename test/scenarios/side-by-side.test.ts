import { afterEach, describe, expect, it } from '@jest/globals';
import { text } from '#core/messages/line.ts';
import { releaseStory } from '#core/messages/story.ts';
import type { Reading } from '#core/analysis/reading.ts';
import type { JsonObject, JsonValue } from '#core/json.ts';
import { MINUTE } from '#core/time.ts';
import { createMetricProviders } from '#shared/metric-providers/registry.ts';
import { FAILING, HEALTHY } from '../../infra/local/metrics/behaviour.ts';
import { createMetricsSource, type MetricsSource } from '../../infra/local/metrics/source.ts';
import { simulatedPods } from '../../infra/local/simulated-pods.ts';
import { answering, OUTAGE, type AnsweringProviders } from '../support/answering.ts';
import { CANARY, SUCCESS_RATE } from '../support/manifests.ts';
import { World } from '../support/world.ts';

let world: World;
let source: AnsweringProviders;
let metrics: MetricsSource | undefined;

afterEach(async () => {
  await world.stop();
  await metrics?.stop();
  metrics = undefined;
});

interface Given {
  readonly stable: (query: string) => number | Reading | Promise<Reading>;
  readonly canary?: number;
}

/** A release of v3 whose success-rate asks for the pods of its own hash. */
async function givenRelease({ stable, canary = 0.5 }: Given): Promise<{ canary: string; stable: string }> {
  let stableHash = '';
  world = new World({
    providers: (_cluster, clock) => {
      source = answering((query) => (query.includes(stableHash) ? stable(query) : canary), clock);
      return source.providers;
    },
  });
  const template = SUCCESS_RATE.replace(
    `'up{service="{{args.service-name}}"}'`,
    `'sum(rate(ok{hash="{{args.service-name}}"}[5m]))'`,
  );
  await world.apply(template, withOwnHash(CANARY));
  await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
  stableHash = (await world.rollout()).status?.stableRS ?? '';
  await world.setImage('my-app:v3');
  await world.until('its end', async () => ((await newest())?.outcome ?? 'running') !== 'running');
  return { canary: (await newest())?.podHash ?? '', stable: stableHash };
}

/** The release of the second version. */
const newest = async () => (await world.releases()).find(({ revision }) => revision === 2);
const measured = async () => (await world.transitions(await newest())).filter(({ type }) => type === 'measured');

function lengthOf(window: JsonValue | undefined): number {
  const { from = '', to = '' } = (window ?? {}) as { from?: string; to?: string };
  return Date.parse(to) - Date.parse(from);
}

describe('given a metric that asks for the canary’s pods', () => {
  it('when it is measured, then the same query is asked of stable, and both are in history with the rule that decided', async () => {
    const hashes = await givenRelease({ stable: () => 0.99 });
    const [first] = await measured();
    expect(first?.details).toMatchObject({
      value: '[0.5]',
      query: `sum(rate(ok{hash="${hashes.canary}"}[5m]))`,
      rule: 'result[0] >= 0.95 was false',
      successCondition: 'result[0] >= 0.95',
      stable: { value: '[0.99]', query: `sum(rate(ok{hash="${hashes.stable}"}[5m]))` },
    });
    expect(lengthOf(first?.details['window'])).toBe(5 * MINUTE);
  });

  it('when history is told, then canary and stable stand side by side', async () => {
    await givenRelease({ stable: () => 0.99 });
    const release = (await newest())!;
    const story = releaseStory({ release, transitions: await world.transitions(release), orders: [] });
    expect(story).toMatch(/window +canary +stable +rule/);
    expect(story).toMatch(/\d\d:\d\d:\d\d–\d\d:\d\d:\d\d +\[0\.5\] +\[0\.99\] +result\[0\] >= 0\.95 was false/);
  });

  it('when the metric that failed is told, then its completion names the limit', async () => {
    await givenRelease({ stable: () => 0.99 });
    const completed = (await world.transitions(await newest())).find(({ type }) => type === 'metric-completed');
    expect(completed?.details['rule']).toBe('failed (4) > failureLimit (3)');
  });

  it.each([
    { given: 'good', stable: 0.99 },
    { given: 'worse', stable: 0.1 },
    { given: 'not answering', stable: OUTAGE },
  ])('when stable is $given, then the verdict is the canary’s alone', async ({ stable }) => {
    await givenRelease({ stable: () => stable, canary: 0.99 });
    expect(await newest()).toMatchObject({ outcome: 'promoted' });
  });

  it('when stable does not answer, then only that is noted', async () => {
    await givenRelease({ stable: () => OUTAGE, canary: 0.99 });
    const [first] = await measured();
    expect(first?.details).toMatchObject({ phase: 'Successful', stable: { error: 'connection refused' } });
  });

  it('when asking stable breaks, then only that is noted', async () => {
    await givenRelease({ stable: () => Promise.reject(new Error('broken')), canary: 0.99 });
    const [first] = await measured();
    expect(first?.details).toMatchObject({ phase: 'Successful', stable: { error: 'broken' } });
  });
});

describe('given a metric that does not name the canary’s pods', () => {
  it('when it is measured, then nothing else is asked', async () => {
    world = new World({
      providers: (_cluster, clock) => {
        source = answering(() => 0.99, clock);
        return source.providers;
      },
    });
    await world.apply(SUCCESS_RATE, CANARY);
    await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
    await world.setImage('my-app:v3');
    await world.until('its end', async () => (await newest())?.outcome === 'promoted');
    expect(new Set(source.asked.map(({ query }) => query))).toEqual(new Set(['up{service="my-app"}']));
    expect((await measured())[0]?.details).not.toHaveProperty('stable');
    expect((await measured())[0]?.details['window']).toEqual({ at: expect.stringMatching(/Z$/) });
  });
});

describe('given real queries over pods of which the new ones fail half of their requests', () => {
  const TEMPLATE = `
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata:
  name: success-rate
  annotations:
    weir.dev/min-requests: "50"
    weir.dev/requests-query: sum(increase(http_requests_total{rollouts_pod_template_hash="{{args.service-name}}"}[{{weir.sinceStepStart}}]))
spec:
  args: [{name: service-name}]
  metrics:
  - name: success-rate
    interval: 1m
    successCondition: result[0] >= 0.95
    failureLimit: 1
    provider:
      prometheus:
        address: http://prometheus:9090
        query: |
          sum(rate(http_requests_total{rollouts_pod_template_hash="{{args.service-name}}",status="200"}[{{weir.sinceStepStart}}]))
          / sum(rate(http_requests_total{rollouts_pod_template_hash="{{args.service-name}}"}[{{weir.sinceStepStart}}]))
`;

  it('when it is aborted, then history shows the bad canary beside the good stable, and enough requests', async () => {
    await givenRealMetrics();
    await world.apply(TEMPLATE, withOwnHash(CANARY), SERVICE);
    await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
    await world.passes(2 * MINUTE);
    await world.setImage('my-app:v3-errors');
    await world.until('its end', async () => ((await newest())?.outcome ?? 'running') !== 'running');
    expect(await newest()).toMatchObject({ outcome: 'aborted' });
    const judged = (await measured()).filter(({ details }) => details['phase'] === 'Failed');
    expect(judged).toHaveLength(2);
    for (const { details } of judged) {
      const [canary] = numbersIn(details['value']);
      const [stable] = numbersIn((details['stable'] as JsonObject)['value']);
      expect(canary).toBeLessThan(0.7);
      expect(stable).toBeGreaterThan(0.95);
      expect(Number(details['requests'])).toBeGreaterThanOrEqual(50);
    }
  });
});

const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'my-app' },
  spec: { selector: { app: 'my-app' }, ports: [{ port: 8080 }] },
};

/** Values as a measurement shows them: `[0.5]`. */
function numbersIn(value: JsonValue | undefined): readonly number[] {
  return JSON.parse(text(value)) as number[];
}

async function givenRealMetrics(): Promise<void> {
  let address = '';
  world = new World({
    providers: (cluster, clock, store) => {
      metrics = createMetricsSource({
        timers: clock,
        pods: () => simulatedPods(store),
        behaviourOf: ({ image }) => (image.endsWith('-errors') ? FAILING : HEALTHY),
      });
      return {
        for: async (metric) =>
          createMetricProviders({
            clock,
            cluster,
            addressRules: [{ match: 'http://prometheus:9090', url: address }],
            egress: { loopback: [new URL(address).host] },
            secrets: async () => undefined,
            controllerNamespace: 'argo-rollouts',
            environment: {},
          }).for(metric),
      };
    },
  });
  address = (await metrics?.listen()) ?? '';
}

function withOwnHash(rollout: string): string {
  return rollout.replace(
    '{name: service-name, value: my-app}',
    '{name: service-name, valueFrom: {podTemplateHashValue: Latest}}',
  );
}
