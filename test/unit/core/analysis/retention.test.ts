import { describe, expect, it } from '@jest/globals';
import { cleanUpsDue, retentionLimit, retentionLimits, trimmed } from '#core/analysis/retention.ts';
import { aMetric, aRun, at, measured, plan } from './builders.ts';

const METRICS = ['latency', 'errors'].map((name) => aMetric({ name }));

describe('given retention rules, when the limit of a metric is asked for', () => {
  it.each([
    { given: [], metric: 'errors', then: 10 },
    { given: [{ metricName: 'errors', limit: 2 }], metric: 'errors', then: 2 },
    { given: [{ metricName: 'errors', limit: 2 }], metric: 'latency', then: 10 },
    { given: [{ metricName: 'errors', limit: 20 }], metric: 'errors', then: 20 },
    { given: [{ metricName: 'errors', limit: 0 }], metric: 'errors', then: 10 },
    {
      given: [
        { metricName: '.*', limit: 2 },
        { metricName: 'err', limit: 3 },
      ],
      metric: 'errors',
      then: 3,
    },
    {
      given: [
        { metricName: 'err', limit: 3 },
        { metricName: '.*', limit: -1 },
      ],
      metric: 'errors',
      then: 10,
    },
  ])('given $given for $metric, then $then', ({ given, metric, then }) => {
    expect(retentionLimit(retentionLimits(given, METRICS), metric)).toBe(then);
  });

  it('given a rule that matches nothing, then it is named', () => {
    const rules = [
      { metricName: 'errors', limit: 1 },
      { metricName: 'x', limit: 1 },
    ];
    expect(() => retentionLimits(rules, METRICS)).toThrow(
      "measurementRetention[1]: Rule didn't match any metric name(s)",
    );
  });
});

describe('given measurements beyond the limit, when a result is trimmed', () => {
  const measurements = [1, 2, 3].map((second) => measured('Successful', second));
  const result = { name: 'm', phase: 'Running', count: 3, successful: 3, measurements };

  it('then the oldest go and the counters stay', () => {
    expect(trimmed(result, 2)).toEqual({ ...result, measurements: measurements.slice(1) });
  });

  it('given as many as allowed, then it stays as it is', () => {
    expect(trimmed(result, 3)).toBe(result);
  });
});

describe('given a plan, when it is asked which providers may clean up', () => {
  const measurements = [1, 2].map((second) => measured('Successful', second));
  const results = [{ name: 'm', phase: 'Running', count: 2, successful: 2, measurements }];
  const run = aRun(
    { metrics: [aMetric({ interval: '10s' })] },
    { startedAt: '2024-01-01T00:00:00Z', metricResults: results },
  );
  const { tasks } = plan(run, at(60));

  it.each([
    { limit: 2, then: 1 },
    { limit: 3, then: 0 },
  ])('given two measurements, one more to come and a limit of $limit, then $then', ({ limit, then }) => {
    const due = cleanUpsDue(tasks, new Map([['m', limit]]));
    expect(due).toEqual(tasks.slice(0, then).map((task) => ({ task, limit })));
  });

  it('given a metric never measured and a limit of one, then none', () => {
    expect(cleanUpsDue(plan(aRun(), at(0)).tasks, new Map([['m', 1]]))).toEqual([]);
  });
});
