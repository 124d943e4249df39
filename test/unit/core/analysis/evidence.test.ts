import { describe, expect, it } from '@jest/globals';
import { evidenceOf } from '#core/analysis/evidence.ts';
import type { TakenReading } from '#core/analysis/measurement.ts';
import type { Reading } from '#core/analysis/reading.ts';
import type { Metric } from '#core/resources/argo.ts';
import { aMetric, aRun, at, stamp, value } from './builders.ts';

const METRIC = aMetric({
  successCondition: 'result[0] > 0.5',
  provider: { prometheus: { address: 'http://p', query: 'rate(x{key="hunter2"}[5m])' } },
});

function detailsOf(reading: Reading, more: Partial<TakenReading> = {}, metric: Metric = METRIC) {
  const task = { operation: 'run', run: aRun(), metric, now: at(300), stable: METRIC } as const;
  const evidence = evidenceOf([{ task, reading, finishedAt: at(301), ...more }], ['hunter2']).get('m');
  return evidence?.details ?? {};
}

describe('given a reading, when its evidence is written', () => {
  it('then it tells query, window, conditions and rule', () => {
    expect(detailsOf(value([0.4]))).toEqual({
      rule: 'result[0] > 0.5 was false',
      window: { from: stamp(0), to: stamp(300) },
      query: 'rate(x{key="*****"}[5m])',
      successCondition: 'result[0] > 0.5',
    });
  });

  it.each<{ given: Reading; then: string }>([
    { given: value([0.6]), then: 'result[0] > 0.5 was true' },
    {
      given: value([]),
      then: 'could not evaluate successCondition "result[0] > 0.5": metric result is nil or empty: no data returned from the metric provider',
    },
    { given: { kind: 'error', message: 'x' }, then: 'no value to judge' },
    { given: { kind: 'verdict', phase: 'Failed' }, then: 'the Failed of the metrics system itself' },
    { given: { kind: 'pending', resumeAt: at(9), metadata: {} }, then: 'not finished' },
    {
      given: { kind: 'pending', resumeAt: at(9), metadata: {}, message: 'too few requests: 3 < 5' },
      then: 'too few requests: 3 < 5',
    },
  ])('given $given, then the rule is: $then', ({ given, then }) => {
    expect(detailsOf(given)['rule']).toBe(then);
  });

  it.each<{ given: Reading; then: object }>([
    { given: value([0.9]), then: { value: '[0.9]' } },
    { given: { kind: 'error', message: 'refused for hunter2' }, then: { error: 'refused for *****' } },
  ])('given stable said $given, then it stands beside it', ({ given, then }) => {
    expect(detailsOf(value([0.4]), { stable: given })['stable']).toEqual({
      ...then,
      query: 'rate(x{key="*****"}[5m])',
    });
  });

  it('given a condition with a secret, then it is masked there and in the rule', () => {
    const details = detailsOf(value([1]), {}, { ...METRIC, successCondition: 'result[0] > len("hunter2")' });
    expect(JSON.stringify(details)).not.toContain('hunter2');
  });

  it('given a very long query, then it is cut', () => {
    const provider = { prometheus: { address: 'http://p', query: 'x'.repeat(5_000) } };
    const { query } = detailsOf(value([1]), {}, { ...METRIC, provider });
    expect(query).toHaveLength(801);
  });

  it.each<{ given: Metric['provider']; then: string | undefined }>([
    { given: { datadog: { query: 'avg:x{*}', apiVersion: 'v1' } }, then: 'avg:x{*}' },
    { given: { newRelic: { query: 'SELECT 1' } }, then: 'SELECT 1' },
    { given: { graphite: { query: 'a.b' } }, then: 'a.b' },
    { given: { web: { url: 'http://m/x' } }, then: 'http://m/x' },
    { given: { cloudWatch: { metricDataQueries: [{ id: 'a' }] } }, then: '[{"id":"a"}]' },
    { given: { job: { spec: { template: {} } } }, then: undefined },
  ])('given $given, then the query is $then', ({ given, then }) => {
    expect(detailsOf(value([1]), {}, { ...METRIC, provider: given })['query']).toBe(then);
  });
});
