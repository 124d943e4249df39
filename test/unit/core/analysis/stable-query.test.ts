import { describe, expect, it } from '@jest/globals';
import { namesPodHash } from '#core/analysis/stable-query.ts';
import type { AnalysisRun, Metric } from '#core/resources/argo.ts';
import { POD_TEMPLATE_HASH } from '#core/resources/keys.ts';
import { aMetric, aRun, at, plan } from './builders.ts';

const HASH = '6c5f4d';
const QUERY = `rate(x{hash="${HASH}"}[5m])`;

function prometheus(query: string, more: object = {}): Metric {
  return aMetric({ provider: { prometheus: { address: 'http://p', query, ...more } } });
}

function runOf(metric: Metric, labels: Record<string, string> = { [POD_TEMPLATE_HASH]: HASH }): AnalysisRun {
  const run = aRun({ metrics: [metric] });
  return { ...run, metadata: { ...run.metadata, labels } };
}

const stableOf = (run: AnalysisRun, stableHash?: string) =>
  plan(run, at(0), stableHash === undefined ? {} : { stableHash }).tasks[0]?.stable?.provider.prometheus;

describe('given a metric, when its measurement is planned', () => {
  it('given its query names the canary’s pods, then the same is asked of stable', () => {
    expect(stableOf(runOf(prometheus(QUERY)), 'aaa')).toEqual({
      address: 'http://p',
      query: 'rate(x{hash="aaa"}[5m])',
    });
  });

  it('given a range query, then stable is asked about the same range', () => {
    const rangeQuery = { start: 'now()', end: 'now()', step: '1m' };
    expect(stableOf(runOf(prometheus(QUERY, { rangeQuery })), 'aaa')).toMatchObject({ rangeQuery });
  });

  it.each([
    { given: 'no stable version', run: runOf(prometheus(QUERY)), stable: '' },
    { given: 'nobody knows the stable version', run: runOf(prometheus(QUERY)), stable: undefined },
    { given: 'stable is the canary', run: runOf(prometheus(QUERY)), stable: HASH },
    { given: 'a query without the hash', run: runOf(prometheus('up')), stable: 'aaa' },
    { given: 'a query that compares by itself', run: runOf(prometheus(`${QUERY} / x{hash="aaa"}`)), stable: 'aaa' },
    { given: 'a run of nobody’s', run: runOf(prometheus(QUERY), {}), stable: 'aaa' },
    { given: 'another provider', run: runOf(aMetric({ provider: { web: { url: HASH } } })), stable: 'aaa' },
  ])('given $given, then nothing is asked beside it', ({ run, stable }) => {
    expect(stableOf(run, stable)).toBeUndefined();
  });
});

it.each([
  { given: runOf(prometheus(QUERY)), then: true },
  { given: runOf(prometheus('up')), then: false },
  { given: runOf(prometheus(QUERY), {}), then: false },
])('given a run, when it is asked whether it names its pods, then $then', ({ given, then }) => {
  expect(namesPodHash(given)).toBe(then);
});
