import { describe, expect, it } from '@jest/globals';
import { metricsProblem } from '#core/analysis/validate.ts';
import type { Metric } from '#core/resources/argo.ts';
import { aMetric } from './builders.ts';

describe('given a metric, when it is validated, then the first violated rule is told', () => {
  it.each<{ given: Partial<Metric>; then: string | undefined }>([
    { given: {}, then: undefined },
    { given: { consecutiveSuccessLimit: -1 }, then: 'consecutiveSuccessLimit must be >= 0' },
    { given: { failureLimit: -2 }, then: 'failureLimit must be >= 0, or -1 to be disabled' },
    { given: { failureLimit: -1 }, then: 'failureLimit and consecutiveSuccessLimit cannot both be disabled' },
    { given: { failureLimit: -1, consecutiveSuccessLimit: 1 }, then: undefined },
    { given: { inconclusiveLimit: -1 }, then: 'inconclusiveLimit must be >= 0' },
    { given: { consecutiveErrorLimit: -1 }, then: 'consecutiveErrorLimit must be >= 0' },
    {
      given: { count: 1, failureLimit: 2 },
      then: 'count (1) must be >= failureLimit + consecutiveSuccessLimit (2 + 0) if both >= 0',
    },
    {
      given: { count: '3', interval: '1s', failureLimit: '2', consecutiveSuccessLimit: '2' },
      then: 'count (3) must be >= failureLimit + consecutiveSuccessLimit (2 + 2) if both >= 0',
    },
    {
      given: { count: 2, interval: '1s', consecutiveSuccessLimit: 3 },
      then: 'count (2) must be >= failureLimit + consecutiveSuccessLimit (0 + 3) if both >= 0',
    },
    { given: { count: 2, interval: '1s', failureLimit: 2 }, then: undefined },
    { given: { count: 2, interval: '1s', failureLimit: -1, consecutiveSuccessLimit: 2 }, then: undefined },
    { given: { count: 1, inconclusiveLimit: 1 }, then: undefined },
    { given: { failureLimit: 2 }, then: undefined },
    {
      given: { count: 1, failureLimit: -1, consecutiveSuccessLimit: 2 },
      then: 'count must be >= consecutiveSuccessLimit',
    },
    { given: { count: 1, inconclusiveLimit: 2 }, then: 'count must be >= inconclusiveLimit' },
    { given: { count: 2 }, then: 'interval must be specified when count > 1' },
    { given: { count: 'many' }, then: undefined },
    { given: { count: -1 }, then: undefined },
    { given: { interval: 'zz' }, then: 'invalid interval string: time: invalid duration "zz"' },
    { given: { interval: '10' }, then: 'invalid interval string: time: missing unit in duration "10"' },
    {
      given: { initialDelay: '1 minute' },
      then: 'invalid startDelay string: time: unknown unit " minute" in duration "1 minute"',
    },
    { given: { interval: 'x', initialDelay: 'y' }, then: 'invalid interval string: time: invalid duration "x"' },
    { given: { provider: {} }, then: 'no provider specified' },
    { given: { provider: { plugin: {} } }, then: 'no provider specified' },
    { given: { provider: { plugin: { a: 1, b: 2 } } }, then: 'multiple providers specified' },
    { given: { provider: { web: { url: 'u' }, prometheus: {} } }, then: 'multiple providers specified' },
    { given: { provider: {}, count: 2 }, then: 'interval must be specified when count > 1' },
  ])('given $given, then $then', ({ given, then }) => {
    expect(metricsProblem([aMetric(given)])).toBe(then === undefined ? undefined : `metrics[0]: ${then}`);
  });
});

describe('given a list of metrics, when it is validated', () => {
  it('given none, then that is told', () => {
    expect(metricsProblem([])).toBe('no metrics specified');
  });

  it('given a name twice, then the second is the problem, before anything else about it', () => {
    expect(metricsProblem([aMetric(), aMetric({ count: 2 })])).toBe("metrics[1]: duplicate name 'm'");
  });

  it('given a problem in the first metric, then it is told before the duplicate', () => {
    expect(metricsProblem([aMetric({ count: 2 }), aMetric()])).toMatch(/^metrics\[0\]: interval/);
  });
});
