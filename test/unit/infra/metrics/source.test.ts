import { afterEach, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { MINUTE, SECOND } from '#core/time.ts';
import { ScaledClock } from '../../../../infra/local/clock.ts';
import { FAILING, HEALTHY, SLOW, UNLOVED, type Behaviour } from '../../../../infra/local/metrics/behaviour.ts';
import type { QueryResult } from '../../../../infra/local/metrics/promql/query.ts';
import {
  createMetricsSource,
  type MetricsSource,
  type MetricsSourceOptions,
} from '../../../../infra/local/metrics/source.ts';
import type { SimulatedPod } from '../../../../infra/local/metrics/traffic.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { podsOf } from './pods.ts';

interface PrometheusMetric {
  readonly name: string;
  readonly provider: { readonly prometheus: { readonly query: string } };
}

const EXAMPLES = fileURLToPath(new URL('../../../../examples/', import.meta.url));

/** The queries of the AnalysisTemplates in a folder of examples, by metric, with their arguments filled in. */
function queriesOf(folder: string): ReadonlyMap<string, string> {
  const templates = readdirSync(EXAMPLES + folder)
    .map((file) => parse(readFileSync(`${EXAMPLES}${folder}/${file}`, 'utf8')) as { kind?: string; spec?: object })
    .filter(({ kind }) => kind === 'AnalysisTemplate');
  const metrics = templates.flatMap(({ spec }) => (spec as { metrics: readonly PrometheusMetric[] }).metrics);
  return new Map(metrics.map(({ name, provider }) => [name, withArguments(provider.prometheus.query)]));
}

function withArguments(query: string): string {
  return query
    .replaceAll('{{args.service-name}}', 'my-app')
    .replaceAll('{{args.canary-hash}}', 'new')
    .replaceAll('{{args.stable-hash}}', 'old');
}

const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  'my-app:v1': HEALTHY,
  'my-app:v2': HEALTHY,
  'my-app:failing': FAILING,
  'my-app:slow': SLOW,
  'my-app:unloved': UNLOVED,
};

/** Four stable pods for ten minutes, then one of them gives way to the canary, for as long as the guidelines pause: 5 minutes. */
async function canaryAfterItsFirstPause(
  image: string,
  options: Partial<MetricsSourceOptions> = {},
): Promise<MetricsSource> {
  const clock = new VirtualClock();
  let pods: readonly SimulatedPod[] = podsOf('my-app:v1', 'old', 5);
  const source = createMetricsSource({
    timers: clock,
    pods: () => pods,
    behaviourOf: (pod) => BEHAVIOURS[pod.image] ?? HEALTHY,
    ...options,
  });
  await clock.advance(10 * MINUTE);
  pods = [...podsOf('my-app:v1', 'old', 4), ...podsOf(image, 'new', 1)];
  await clock.advance(5 * MINUTE);
  return source;
}

const SETTLED = new Map<string, Promise<MetricsSource>>();

/** As above; nothing changes any more, so that one run serves all questions about a version. */
function settled(image: string): Promise<MetricsSource> {
  const source = SETTLED.get(image) ?? canaryAfterItsFirstPause(image);
  SETTLED.set(image, source);
  return source;
}

function first(result: QueryResult): number | undefined {
  return result.type === 'vector' ? result.elements[0]?.value : undefined;
}

const GUIDELINES = queriesOf('canary');
const SUCCESS_RATE = GUIDELINES.get('success-rate') ?? '';
const P95_LATENCY = GUIDELINES.get('p95-latency') ?? '';

describe('the guidelines’ canary when its background analysis begins', () => {
  it('given a good version, its success rate and its latency pass', async () => {
    const source = await settled('my-app:v2');
    expect(first(source.query(SUCCESS_RATE))).toBeGreaterThanOrEqual(0.99);
    expect(first(source.query(P95_LATENCY))).toBeLessThanOrEqual(500);
  });

  it('given a version that fails half of its requests, the success rate fails by its share of the traffic', async () => {
    const source = await settled('my-app:failing');
    // a fifth of the traffic for the whole window: 1 - 0.2 × 0.5, and the 0.2 % of the others
    expect(first(source.query(SUCCESS_RATE))).toBeCloseTo(0.898, 1.7);
    expect(first(source.query(SUCCESS_RATE))).toBeLessThan(0.95);
  });

  it('given the status label misspelt in the metrics, the failing version passes: nothing matches status!~"5.."', async () => {
    const source = await canaryAfterItsFirstPause('my-app:failing', { statusLabel: 'staus' });
    expect(first(source.query('sum(rate(http_requests_total{staus="500"}[5m]))'))).toBeGreaterThan(4);
    expect(first(source.query(SUCCESS_RATE))).toBe(1);
  });

  it('given a slow version, the latency of its pods fails, each by itself', async () => {
    const source = await settled('my-app:slow');
    const result = source.query(P95_LATENCY);
    const byPod = result.type === 'vector' ? result.elements : [];
    expect(byPod.filter(({ value }) => value > 500).map(({ labels }) => labels['pod'])).toEqual(['my-app-new-0']);
    // result[0] is the first by its labels, and that is the canary's here: hash "new" comes before "old"
    expect(first(result)).toBeGreaterThan(1_000);
  });
});

describe('the example templates, canary against stable', () => {
  const queries = queriesOf('templates');

  it.each([...queries])('%s has one answer for a good version', async (_metric, query) => {
    const source = await settled('my-app:v2');
    expect(source.query(query)).toMatchObject({ type: 'vector', elements: [{ value: expect.any(Number) }] });
    expect(first(source.query(query))).not.toBe(Number.NaN);
  });

  it.each([
    { image: 'my-app:v2', metric: 'canary-request-share', from: 0.15, to: 0.25 },
    { image: 'my-app:failing', metric: 'server-errors', from: 0.45, to: 0.55 },
    { image: 'my-app:v2', metric: 'server-errors', from: -0.01, to: 0.01 },
    { image: 'my-app:slow', metric: 'p95-latency', from: 4, to: 20 },
    { image: 'my-app:unloved', metric: 'orders-per-request', from: 0.1, to: 0.4 },
    { image: 'my-app:v2', metric: 'canary-saturation', from: 0.3, to: 0.6 },
  ])('given $image, $metric lies between $from and $to', async ({ image, metric, from, to }) => {
    const source = await settled(image);
    const value = first(source.query(queries.get(metric) ?? ''));
    expect(value).toBeGreaterThanOrEqual(from);
    expect(value).toBeLessThanOrEqual(to);
  });
});

describe('a source that has just begun', () => {
  it('has no rate after the first scrape and one after the second', async () => {
    const clock = new VirtualClock();
    const source = createMetricsSource({ timers: clock, pods: () => podsOf('my-app:v1', 'old', 2) });
    await clock.advance(0);
    expect(source.query(SUCCESS_RATE)).toMatchObject({ type: 'vector', elements: [] });
    await clock.advance(5 * SECOND);
    expect(first(source.query(SUCCESS_RATE))).toBeGreaterThan(0.9);
  });

  it('given no pods, has no series', async () => {
    const clock = new VirtualClock();
    const source = createMetricsSource({ timers: clock, pods: () => [] });
    await clock.advance(MINUTE);
    expect(source.query(SUCCESS_RATE)).toMatchObject({ type: 'vector', elements: [] });
  });

  it('given the dump of an earlier one, has its rates at once', async () => {
    const clock = new VirtualClock();
    const earlier = createMetricsSource({
      timers: clock,
      pods: () => podsOf('my-app:failing', 'new', 2),
      behaviourOf: () => FAILING,
    });
    await clock.advance(5 * MINUTE);
    const before = first(earlier.query(SUCCESS_RATE));
    await earlier.stop();
    const later = createMetricsSource({ timers: clock, pods: () => [] });
    later.load(JSON.parse(JSON.stringify(earlier.dump())));
    expect(first(later.query(SUCCESS_RATE))).toBe(before);
  });

  it('given a retention, it keeps no more than that', async () => {
    const clock = new VirtualClock();
    const source = createMetricsSource({
      timers: clock,
      pods: () => podsOf('my-app:v1', 'old', 1),
      retention: 10 * SECOND,
    });
    await clock.advance(MINUTE);
    expect(first(source.query('count_over_time(orders_completed_total[5m])'))).toBe(2);
  });

  it('given stop, it scrapes no more', async () => {
    const clock = new VirtualClock();
    const source = createMetricsSource({ timers: clock, pods: () => [] });
    await clock.advance(MINUTE);
    await source.stop();
    expect(clock.pending).toBe(0);
  });
});

describe('the HTTP API', () => {
  let stop: (() => Promise<void>) | undefined;
  afterEach(async () => {
    await stop?.();
    stop = undefined;
  });

  async function listening(): Promise<{ readonly url: string; readonly clock: VirtualClock }> {
    const clock = new VirtualClock();
    const source = createMetricsSource({ timers: clock, pods: () => podsOf('my-app:v1', 'old', 1) });
    stop = () => source.stop();
    await clock.advance(MINUTE);
    return { url: await source.listen(), clock };
  }

  const form = (parameters: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(parameters) });

  it('answers a posted query at the time of the clock, values as text', async () => {
    const { url, clock } = await listening();
    const response = await fetch(`${url}/api/v1/query`, form({ query: 'vector(1) / 0' }));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({
      status: 'success',
      data: { resultType: 'vector', result: [{ metric: {}, value: [clock.now() / SECOND, '+Inf'] }] },
    });
  });

  it.each([
    { given: 'seconds', time: '1704067230.5', at: 1_704_067_230.5 },
    { given: 'RFC 3339', time: '2024-01-01T00:00:30.500Z', at: 1_704_067_230.5 },
  ])('answers a GET at a time given as $given', async ({ time, at }) => {
    const { url } = await listening();
    const response = await fetch(`${url}/api/v1/query?query=0/0&time=${time}`);
    expect(await response.json()).toEqual({ status: 'success', data: { resultType: 'scalar', result: [at, 'NaN'] } });
  });

  it.each([
    ['1 / 0', '+Inf'],
    ['-1 / 0', '-Inf'],
    ['-0', '-0'],
    ['0.1 + 0.2', '0.30000000000000004'],
    ['1e21', '1e+21'],
    ['12345678901234', '12345678901234'],
  ])('writes %s as %s', async (query, text) => {
    const { url } = await listening();
    const response = await fetch(`${url}/api/v1/query`, form({ query }));
    expect(await response.json()).toMatchObject({ data: { result: [expect.any(Number), text] } });
  });

  it('answers with the labels of each series', async () => {
    const { url } = await listening();
    const response = await fetch(
      `${url}/api/v1/query`,
      form({ query: 'http_requests_total{method="GET",status="200"}' }),
    );
    expect(await response.json()).toMatchObject({
      data: {
        result: [
          {
            metric: {
              __name__: 'http_requests_total',
              namespace: 'canary',
              service: 'my-app',
              pod: 'my-app-old-0',
              rollouts_pod_template_hash: 'old',
              method: 'GET',
              status: '200',
            },
            value: [expect.any(Number), expect.stringMatching(/^\d+$/)],
          },
        ],
      },
    });
  });

  it.each(['30', '30s'])('answers a range query with step %s', async (step) => {
    const { url } = await listening();
    const parameters = { query: 'time()', start: '1704067200', end: '2024-01-01T00:01:00Z', step };
    const response = await fetch(`${url}/api/v1/query_range`, form(parameters));
    expect(await response.json()).toEqual({
      status: 'success',
      data: {
        resultType: 'matrix',
        result: [
          {
            metric: {},
            values: [
              [1_704_067_200, '1704067200'],
              [1_704_067_230, '1704067230'],
              [1_704_067_260, '1704067260'],
            ],
          },
        ],
      },
    });
  });

  it.each([
    {
      given: 'a query that is none',
      path: 'query?query=sum(',
      status: 400,
      type: 'bad_data',
      says: 'invalid parameter "query": 1:5: parse error',
    },
    { given: 'no query', path: 'query', status: 400, type: 'bad_data', says: 'no expression found' },
    {
      given: 'a time that is none',
      path: 'query?query=1&time=soon',
      status: 400,
      type: 'bad_data',
      says: 'invalid parameter "time": cannot parse "soon"',
    },
    {
      given: 'a range without end',
      path: 'query_range?query=1&start=1&step=1',
      status: 400,
      type: 'bad_data',
      says: 'invalid parameter "end"',
    },
    {
      given: 'a step that is none',
      path: 'query_range?query=1&start=1&end=2&step=x',
      status: 400,
      type: 'bad_data',
      says: 'invalid parameter "step"',
    },
    {
      given: 'a step of zero',
      path: 'query_range?query=1&start=1&end=2&step=0',
      status: 400,
      type: 'bad_data',
      says: 'zero or negative',
    },
    {
      given: 'what is not supported',
      path: 'query?query=topk(1,x)',
      status: 422,
      type: 'execution',
      says: 'aggregation topk',
    },
  ])('given $given, it answers $status and says so', async ({ path, status, type, says }) => {
    const { url } = await listening();
    const response = await fetch(`${url}/api/v1/${path}`);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ status: 'error', errorType: type, error: expect.stringContaining(says) });
  });

  it.each([
    { method: 'GET', path: '/-/healthy', status: 200 },
    { method: 'HEAD', path: '/-/healthy', status: 200 },
    { method: 'GET', path: '/api/v1/status/buildinfo', status: 200 },
    { method: 'GET', path: '/api/v1/series', status: 404 },
    { method: 'DELETE', path: '/api/v1/query', status: 405 },
  ])('answers $method $path with $status', async ({ method, path, status }) => {
    const { url } = await listening();
    expect((await fetch(url + path, { method })).status).toBe(status);
  });

  it('given a body of more than a megabyte, it answers 413', async () => {
    const { url } = await listening();
    const response = await fetch(`${url}/api/v1/query`, form({ query: ' '.repeat(1_100_000) }));
    expect(response.status).toBe(413);
  });

  it('is reachable on the loopback address only', async () => {
    const { url } = await listening();
    expect(new URL(url).hostname).toBe('127.0.0.1');
  });

  it('given stop, it is closed', async () => {
    const { url } = await listening();
    await stop?.();
    await expect(fetch(`${url}/-/healthy`)).rejects.toThrow();
  });
});

it('given a clock at speed 600, scrapes follow that clock', async () => {
  const clock = new ScaledClock(600, 0);
  let scrapes = 0;
  const twice = Promise.withResolvers<void>();
  const source = createMetricsSource({
    timers: clock,
    pods: () => {
      scrapes++;
      if (scrapes === 3) twice.resolve();
      return podsOf('my-app:v1', 'old', 1);
    },
  });
  await twice.promise;
  await source.stop();
  clock.stop();
  expect(first(source.query('count_over_time(orders_completed_total[10m])'))).toBeGreaterThanOrEqual(2);
});
