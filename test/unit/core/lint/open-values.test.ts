/** What only a run knows is no fault of the template. */
import { describe, expect, it } from '@jest/globals';
import { lintText } from './lint-text.ts';

function rulesFor(metric: object, args: readonly object[]): readonly string[] {
  const template = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisTemplate',
    metadata: { name: 'open' },
    spec: { args, metrics: [{ name: 'm', provider: { web: { url: 'http://x' } }, ...metric }] },
  };
  const findings = lintText(JSON.stringify(template)).filter(({ rule }) => rule !== 'single-metric');
  return findings.map(({ rule, message }) => `${rule}: ${message}`);
}

const REQUIRED = ['interval', 'delay', 'count', 'limit', 'streak', 'url'].map((name) => ({ name }));
const PASSED = 'result.ok';

describe('given arguments without values, when a metric is made of them, then nothing is held against it', () => {
  it.each([
    { interval: '{{args.interval}}', count: 5, failureLimit: 1, initialDelay: '{{ args.delay }}' },
    { interval: '{{args.interval}}', count: '{{args.count}}', failureLimit: '{{args.limit}}' },
    { interval: '{{args.interval}}', failureLimit: -1, consecutiveSuccessLimit: '{{args.streak}}' },
    { interval: '1m', count: 2, failureLimit: 2, consecutiveSuccessLimit: '{{args.streak}}' },
  ])('%j', (metric) => {
    const used = JSON.stringify(metric);
    const args = REQUIRED.filter(({ name }) => used.includes(`args.${name}`));
    expect(rulesFor({ ...metric, successCondition: PASSED }, args)).toEqual(
      metric.count === 2 ? ['cannot-fail: metric m never fails: it is measured 2 times and forgives 2 failures'] : [],
    );
  });
});

describe('given several problems, when one makes the API server refuse the object, then the others are told all the same', () => {
  it('a field of a provider is missing', () => {
    expect(rulesFor({ successCondition: 'result >', provider: { job: {} } }, [{ name: 'unused' }])).toEqual([
      'missing-field: spec.metrics[0].provider.job.spec is required',
      'broken-condition: successCondition: 1:8: unexpected token EOF',
      'unused-arg: no metric uses the argument unused',
    ]);
  });

  it('successes in a row do not forgive the first failure', () => {
    const streak = { interval: '1m', consecutiveSuccessLimit: 3, successCondition: PASSED };
    expect(rulesFor(streak, [])).toEqual([
      'no-failure-limit: metric m has no failureLimit: one bad measurement aborts the release',
    ]);
    expect(rulesFor({ ...streak, failureLimit: -1 }, [])).toEqual([]);
  });

  it('of what each type of JSON meets, the error that comes last is told', () => {
    expect(rulesFor({ successCondition: 'result > 1 and resul < 3' }, [])).toEqual([
      'broken-condition: successCondition: 1:16: unknown name resul',
    ]);
  });
});
