import { describe, expect, it } from '@jest/globals';
import { dryRunMetrics } from '#core/analysis/dry-run.ts';
import { aMetric } from './builders.ts';

const METRICS = ['p99-latency', 'errors', 'p50-latency'].map((name) => aMetric({ name }));

describe('given dry-run rules, when they are matched with the names of metrics', () => {
  it.each([
    { given: ['latency'], then: ['p50-latency', 'p99-latency'] },
    { given: ['.*'], then: ['errors', 'p50-latency', 'p99-latency'] },
    { given: [''], then: ['errors', 'p50-latency', 'p99-latency'] },
    { given: ['^p99'], then: ['p99-latency'] },
    { given: ['errors', 'p50'], then: ['errors', 'p50-latency'] },
    { given: ['(?i)ERRORS'], then: ['errors'] },
    { given: [], then: [] },
  ])('given $given, then $then', ({ given, then }) => {
    const rules = given.map((metricName) => ({ metricName }));
    expect([...dryRunMetrics(rules, METRICS)].toSorted()).toEqual(then);
  });

  it.each([
    { given: ['nope'], then: 0 },
    { given: ['errors', 'nope'], then: 1 },
    { given: ['*'], then: 0 },
    { given: ['['], then: 0 },
    { given: ['errors(?=$)'], then: 0 },
  ])('given $given, then rule $then matches nothing and that is an error', ({ given, then }) => {
    const rules = given.map((metricName) => ({ metricName }));
    expect(() => dryRunMetrics(rules, METRICS)).toThrow(`dryRun[${then}]: Rule didn't match any metric name(s)`);
  });
});
