import { describe, expect, it } from '@jest/globals';
import { SECOND } from '#core/time.ts';
import { FAILING, HEALTHY, type Behaviour } from '../../../../infra/local/metrics/behaviour.ts';
import { createMatcher } from '../../../../infra/local/metrics/promql/matchers.ts';
import { queryInstant } from '../../../../infra/local/metrics/promql/query.ts';
import { SampleStore } from '../../../../infra/local/metrics/samples.ts';
import { Traffic, type SimulatedPod, type TrafficOptions } from '../../../../infra/local/metrics/traffic.ts';
import { podsOf } from './pods.ts';

const STABLE = podsOf('my-app:v1', 'stable', 3);

function scraped(
  pods: (second: number) => readonly SimulatedPod[],
  options: Partial<TrafficOptions> = {},
): SampleStore {
  const store = new SampleStore();
  const traffic = new Traffic({
    store,
    behaviourOf: () => HEALTHY,
    requestsPerSecond: () => 50,
    statusLabel: 'status',
    seed: 1,
    ...options,
  });
  for (let second = 0; second <= 300; second += 5) traffic.scrape(second * SECOND, pods(second));
  return store;
}

/** The answer's values by the label that is asked for. */
function values(store: SampleStore, query: string, label = 'pod', second = 300): Record<string, number> {
  const result = queryInstant(query, second * SECOND, store);
  const elements = result.type === 'vector' ? result.elements : [];
  return Object.fromEntries(elements.map(({ labels, value }) => [labels[label] ?? '', value]));
}

describe('simulated traffic', () => {
  it('given 50 requests a second for 300 s over 3 pods, each serves its third', () => {
    const served = values(
      scraped(() => STABLE),
      'sum by (pod) (http_requests_total)',
    );
    expect(served).toEqual({ 'my-app-stable-0': 5_000, 'my-app-stable-1': 5_000, 'my-app-stable-2': 5_000 });
  });

  it('given fewer requests than pods, they take turns', () => {
    const served = values(
      scraped(() => STABLE, { requestsPerSecond: () => 0.2 }),
      'sum by (pod) (http_requests_total)',
    );
    expect(served).toEqual({ 'my-app-stable-0': 20, 'my-app-stable-1': 20, 'my-app-stable-2': 20 });
  });

  it('given a rate that is no whole number, no request is lost over time', () => {
    const store = scraped(() => STABLE, { requestsPerSecond: () => 0.35 });
    expect(values(store, 'sum(http_requests_total)')).toEqual({ '': 105 });
  });

  it('given a pod that comes later, all its counters begin at zero', () => {
    const store = scraped((second) => [...STABLE, ...(second >= 100 ? podsOf('my-app:v2', 'new', 1) : [])]);
    const [first, second] = [100, 105].map((at) =>
      values(store, 'sum by (rollouts_pod_template_hash) (http_requests_total)', 'rollouts_pod_template_hash', at),
    );
    expect(first).toMatchObject({ new: 0 });
    expect(second).toMatchObject({ new: 62 });
  });

  it('given a pod that goes, its series end and the others take its share', () => {
    const store = scraped((second) => (second < 100 ? STABLE : STABLE.slice(1)));
    expect(Object.keys(values(store, 'http_request_duration_seconds_count'))).toEqual([
      'my-app-stable-1',
      'my-app-stable-2',
    ]);
    expect(values(store, 'sum(rate(http_requests_total[1m]))')['']).toBeCloseTo(50, 6);
  });

  it('given two services, each has its own traffic', () => {
    const others = podsOf('cart:v1', 'cart', 2).map((pod) => ({ ...pod, service: 'cart' }));
    const store = scraped(() => [...STABLE, ...others], {
      requestsPerSecond: ({ service }) => (service === 'cart' ? 10 : 50),
    });
    expect(values(store, 'sum by (service) (http_requests_total)', 'service')).toEqual({
      cart: 3_000,
      'my-app': 15_000,
    });
  });

  it('given a behaviour, the series show it', () => {
    const behaviour: Behaviour = {
      serverErrorRatio: 0.2,
      clientErrorRatio: 0.1,
      latency: { medianMs: 100, p95Ms: 400 },
      saturationRatio: 0.7,
      ordersPerRequest: 0.5,
    };
    const store = scraped(() => STABLE, { behaviourOf: () => behaviour });
    const share = (of: string) => values(store, `sum(${of}) / sum(http_requests_total)`)[''];
    const quantile = (of: number) =>
      values(store, `histogram_quantile(${of}, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))`)[''];
    // 15,000 requests: three standard deviations are about 0.01
    expect(share('http_requests_total{status="500"}')).toBeCloseTo(0.2, 1.7);
    expect(share('http_requests_total{status="404"}')).toBeCloseTo(0.1, 1.7);
    expect(share('http_requests_total{method="POST"}')).toBeCloseTo(0.2, 1.7);
    expect(share('orders_completed_total')).toBeCloseTo(0.35, 1.7);
    expect(share('http_request_duration_seconds_count')).toBe(1);
    // the bounds 0.1, 0.25 and 0.5 are where it can be read
    expect(quantile(0.5)).toBeCloseTo(0.1, 1.7);
    expect(quantile(0.95)).toBeGreaterThan(0.25);
    expect(quantile(0.95)).toBeLessThanOrEqual(0.5);
    expect(values(store, 'avg(app_saturation_ratio)')['']).toBeCloseTo(0.7, 1);
  });

  it('given the same seed it counts the same, given another it does not', () => {
    const run = (seed: number) => scraped(() => STABLE, { seed, behaviourOf: () => FAILING }).dump(0);
    expect(run(7)).toEqual(run(7));
    expect(run(8)).not.toEqual(run(7));
  });

  it('given another pod beside it, what a pod answers with is the same', () => {
    const alone = scraped(() => STABLE.slice(0, 1), { requestsPerSecond: () => 50 });
    const together = scraped(() => STABLE.slice(0, 2), { requestsPerSecond: () => 100 });
    const ofFirst = 'http_requests_total{pod="my-app-stable-0", status="404", method="GET"}';
    expect(values(together, ofFirst)).toEqual(values(alone, ofFirst));
  });

  it('given a clock that steps back, nothing is sampled until it has caught up', () => {
    const store = new SampleStore();
    const traffic = new Traffic({
      store,
      behaviourOf: () => HEALTHY,
      requestsPerSecond: () => 1,
      statusLabel: 'status',
      seed: 1,
    });
    for (const at of [100_000, 50_000, 105_000]) traffic.scrape(at, STABLE.slice(0, 1));
    const [series] = store.select([createMatcher('__name__', '=', 'orders_completed_total')]);
    expect(series?.samples.map(({ at }) => at)).toEqual([100_000, 105_000]);
  });

  it('given a clock that jumps a day ahead, it counts at most a minute of traffic', () => {
    const store = new SampleStore();
    const traffic = new Traffic({
      store,
      behaviourOf: () => HEALTHY,
      requestsPerSecond: () => 10,
      statusLabel: 'status',
      seed: 1,
    });
    for (const second of [0, 86_400]) traffic.scrape(second * SECOND, STABLE);
    expect(values(store, 'sum(http_requests_total)', '', 86_400)).toEqual({ '': 600 });
  });
});
