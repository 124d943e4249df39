import { describe, expect, it } from '@jest/globals';
import { requestCount, requestsRules, requestsTask, tooFewRequests } from '#core/analysis/requests.ts';
import type { MeasurementTask, Reading } from '#core/analysis/reading.ts';
import { recordReadings } from '#core/analysis/record-readings.ts';
import { isUnjudged } from '#core/analysis/unjudged.ts';
import type { MeasuredValue } from '#core/expr/measured-value.ts';
import type { AnalysisRun } from '#core/resources/argo.ts';
import { aMetric, aRun, at, measured, plan, stamp, taken, value } from './builders.ts';

const PROMETHEUS = { prometheus: { address: 'http://p', query: 'rate', rangeQuery: { start: 'now()' } } };

function runWith(annotations: Record<string, string>, names: readonly string[] = ['a', 'b']): AnalysisRun {
  const run = aRun({
    metrics: names.map((name) => aMetric({ name, provider: PROMETHEUS })),
    args: [{ name: 'service', value: 'shop' }],
  });
  return { ...run, metadata: { ...run.metadata, annotations } };
}

const own = (rules: object) => ({ 'weir.dev/template-requests': JSON.stringify(rules) });
const BOTH = { 'weir.dev/min-requests': '50', 'weir.dev/requests-query': 'n{s="{{args.service}}"}' };

describe('given annotations of a run, when its rules are read', () => {
  it.each([
    { given: {}, then: {} },
    { given: BOTH, then: { a: 50, b: 50 } },
    { given: own([{ metrics: ['b'], min: '9', query: 'm' }]), then: { b: 9 } },
    { given: { ...BOTH, ...own([{ metrics: ['b'], min: '9', query: 'm' }]) }, then: { a: 50, b: 9 } },
  ])('given $given, then $then', ({ given, then }) => {
    const rules = requestsRules(runWith(given), [{ name: 'service', value: 'shop' }], (q) => q);
    expect(Object.fromEntries([...rules].map(([name, { min }]) => [name, min]))).toEqual(then);
  });

  it('given arguments in the query, then they are filled in', () => {
    const rules = requestsRules(runWith(BOTH), [{ name: 'service', value: 'shop' }], (query) => query);
    expect(rules.get('a')?.query).toBe('n{s="shop"}');
  });

  it.each([
    { given: { 'weir.dev/min-requests': '50' }, then: 'weir.dev/min-requests needs weir.dev/requests-query' },
    { given: { 'weir.dev/requests-query': 'n' }, then: 'weir.dev/requests-query needs weir.dev/min-requests' },
    { given: { ...BOTH, 'weir.dev/min-requests': 'many' }, then: '"many" is not a whole number' },
    { given: { ...BOTH, 'weir.dev/min-requests': '-1' }, then: '"-1" is not a whole number' },
    { given: { ...BOTH, 'weir.dev/requests-query': '{{args.x}}' }, then: 'failed to resolve {{args.x}}' },
    { given: { 'weir.dev/template-requests': '[' }, then: 'weir.dev/template-requests is not JSON' },
  ])('given $given, then it is refused: $then', ({ given, then }) => {
    expect(() => plan(runWith(given as Record<string, string>), at(0))).toThrow(then);
  });
});

describe('given a rule, when measurements are planned', () => {
  it('given Prometheus, then the same place is asked for the number, at one instant', () => {
    const [task] = plan(runWith(BOTH), at(0)).tasks;
    expect(task?.requests).toEqual({ min: 50, query: 'n{s="shop"}' });
    expect(requestsTask(task!, task!.requests!).metric.provider).toEqual({
      prometheus: { address: 'http://p', query: 'n{s="shop"}' },
    });
  });

  it('given another provider, then it is asked as ever', () => {
    const run = { ...runWith(BOTH), spec: { metrics: [aMetric()], args: [{ name: 'service', value: 'shop' }] } };
    expect(plan(run, at(0)).tasks[0]).not.toHaveProperty('requests');
  });
});

describe('given an answer, when requests are counted', () => {
  it.each<{ given: MeasuredValue; then: number | undefined }>([
    { given: { kind: 'vector', values: [3] }, then: 3 },
    { given: { kind: 'vector', values: [3, 4.5] }, then: 7.5 },
    { given: { kind: 'vector', values: [] }, then: 0 },
    { given: { kind: 'vector', values: [Number.NaN, 2] }, then: 2 },
    { given: { kind: 'scalar', value: 8 }, then: 8 },
    { given: { kind: 'scalar', value: Number.NaN }, then: 0 },
    { given: { kind: 'json', json: 8 }, then: undefined },
    { given: { kind: 'nil' }, then: undefined },
  ])('given $given, then $then', ({ given, then }) => {
    expect(requestCount({ kind: 'value', value: given, text: '' })).toBe(then);
  });

  it('given an error, then there is no number', () => {
    expect(requestCount({ kind: 'error', message: 'x' })).toBeUndefined();
  });
});

describe('given too few requests', () => {
  const metric = aMetric({ name: 'a', provider: PROMETHEUS, interval: '1m' });
  const tooFew = tooFewRequests(metric, 3, 50, at(100));
  const task = (fields: Partial<MeasurementTask> = {}): MeasurementTask => ({
    operation: 'run',
    run: runWith(BOTH),
    metric,
    now: at(100),
    ...fields,
  });
  const recorded = (stored: Parameters<typeof recordReadings>[0], next: MeasurementTask, reading: Reading) =>
    recordReadings(stored, { readings: [taken(next, reading)], dryRun: new Set(), secretsUsed: [] })[0]!;
  const waiting = recorded([], task(), tooFew);
  const inFlight = waiting.measurements![0]!;

  it('when they are recorded, then no counter moves and the measurement waits for its next interval', () => {
    expect(waiting).toEqual({
      name: 'a',
      phase: 'Running',
      measurements: [
        {
          phase: 'Running',
          startedAt: stamp(100),
          resumeAt: stamp(160),
          message: 'too few requests: 3 < 50',
          metadata: { 'weir.dev/requests': '3', 'weir.dev/requests-needed': '50' },
        },
      ],
    });
    expect(isUnjudged(inFlight)).toBe(true);
  });

  it.each([
    { interval: undefined, then: 10 },
    { interval: '30s', then: 30 },
  ])('when the interval is $interval, then it is asked again after $then s', ({ interval, then }) => {
    const { interval: _own, ...rest } = metric;
    const reading = tooFewRequests(interval === undefined ? rest : { ...rest, interval }, 3, 50, at(100));
    expect(reading).toMatchObject({ resumeAt: at(100 + then) });
  });

  it.each([
    { seconds: 159, then: [] },
    { seconds: 160, then: [{ operation: 'run', measurement: inFlight }] },
  ])('when $seconds s have come, then $then is due', ({ seconds, then }) => {
    const run = { ...runWith(BOTH, ['a']), status: { phase: 'Running', metricResults: [waiting] } };
    expect(plan(run, at(seconds)).tasks.map(({ operation, measurement }) => ({ operation, measurement }))).toEqual(
      then,
    );
  });

  it('when there are enough at last, then the measurement is a new one in the place of the waiting', () => {
    const result = recorded([waiting], task({ measurement: inFlight, now: at(160) }), value([1]));
    expect(result).toMatchObject({ count: 1, successful: 1 });
    expect(result.measurements).toEqual([measured('Successful', 160, { value: '[1]' })]);
  });

  it('when the run is stopped, then the waiting one is gone and earlier ones stay', () => {
    const before = measured('Successful', 1);
    const stored = [{ ...waiting, count: 1, successful: 1, measurements: [before, inFlight] }];
    const stopped = recorded(stored, task({ operation: 'terminate', measurement: inFlight }), tooFew);
    expect(stopped).toEqual({ name: 'a', phase: 'Running', count: 1, successful: 1, measurements: [before] });
  });
});
