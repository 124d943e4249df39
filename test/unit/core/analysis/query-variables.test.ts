import { describe, expect, it } from '@jest/globals';
import { endlessProblems } from '#core/analysis/finite.ts';
import { planMeasurements } from '#core/analysis/measure.ts';
import { fillVariables, sinceOfRun, usesVariables, withVariables } from '#core/analysis/query-variables.ts';
import type { Metric } from '#core/resources/argo.ts';
import { aMetric, aRun, at, plan, stamp } from './builders.ts';

const SINCE = { step: at(300), update: at(0) };

function asking(query: string) {
  return aMetric({ provider: { prometheus: { address: 'http://p', query } } });
}

describe('given a text with variables, when it is filled in', () => {
  it.each([
    { given: 'x[{{weir.sinceStepStart}}]', now: 612, then: 'x[312s]' },
    { given: 'x[{{weir.sinceUpdate}}]', now: 612, then: 'x[612s]' },
    { given: 'x[{{ weir.sinceStepStart }}] / y[{{weir.sinceUpdate}}]', now: 301, then: 'x[1s] / y[301s]' },
    { given: 'x[{{weir.sinceStepStart}}]', now: 300.999, then: 'x[1s]' },
    { given: 'x[{{weir.sinceStepStart}}]', now: 302.999, then: 'x[2s]' },
    { given: 'x[{{weir.sinceStepStart}}]', now: 100, then: 'x[1s]' },
    {
      given: '{{weir.sinceForever}} {{args.weir.sinceUpdate}}',
      now: 9,
      then: '{{weir.sinceForever}} {{args.weir.sinceUpdate}}',
    },
  ])('given $given at $now s, then $then', ({ given, now, then }) => {
    expect(fillVariables(given, SINCE, at(now))).toBe(then);
  });

  it('given other fields of the provider, then they are filled too', () => {
    const metric = aMetric({ provider: { web: { url: 'http://m/?since={{weir.sinceUpdate}}' } } });
    expect(withVariables(metric, SINCE, at(5)).provider.web?.url).toBe('http://m/?since=5s');
  });
});

describe('given a run whose metric uses a variable', () => {
  it('when its Rollout is known, then the Rollout’s times count', () => {
    const [task] = plan(aRun({ metrics: [asking('x[{{weir.sinceStepStart}}]')] }), at(612), { since: SINCE }).tasks;
    expect(task?.metric.provider.prometheus?.query).toBe('x[312s]');
  });

  it('when nobody knows its Rollout, then it counts from its own creation', () => {
    const run = aRun({ metrics: [asking('x[{{weir.sinceUpdate}}]')] });
    const created = { ...run, metadata: { ...run.metadata, creationTimestamp: stamp(600) } };
    expect(plan(created, at(612)).tasks[0]?.metric.provider.prometheus?.query).toBe('x[12s]');
    expect(sinceOfRun(run, at(612))).toEqual({ step: at(612), update: at(612) });
  });

  it('when its template is checked, then the variable is known', () => {
    const metrics = [{ ...asking('x[{{weir.sinceUpdate}}]'), count: 1 }];
    expect(endlessProblems({ metadata: { name: 't' }, spec: { metrics } })).toEqual([]);
  });

  it('when a metric has no provider at all, then that is said, and nothing breaks', () => {
    const metric = { ...asking('x'), provider: undefined } as unknown as Metric;
    expect(endlessProblems({ metadata: { name: 't' }, spec: { metrics: [metric] } })).toEqual([]);
    expect(planMeasurements(aRun({ metrics: [metric] }), new Map(), at(0))).toMatchObject({
      state: 'invalid',
      message: expect.stringContaining('no provider specified'),
    });
  });

  it.each([
    { given: 'an unknown variable', metric: asking('{{weir.sinceForever}}'), then: 'weir.sinceForever' },
    { given: 'one in a name', metric: { ...asking('x'), name: '{{weir.sinceUpdate}}' }, then: 'weir.sinceUpdate' },
    {
      given: 'one in a condition',
      metric: { ...asking('x'), successCondition: '{{weir.sinceUpdate}}' },
      then: 'weir.sinceUpdate',
    },
  ])('given $given, then it is refused as an unknown argument is', ({ metric, then }) => {
    expect(planMeasurements(aRun({ metrics: [metric] }), new Map(), at(0))).toEqual({
      state: 'invalid',
      message: `Unable to resolve metric arguments: failed to resolve {{${then}}}`,
    });
  });
});

describe('given a run, when it is asked whether it needs the times', () => {
  it.each([
    { given: 'x[5m]', annotations: {}, then: false },
    { given: 'x[{{weir.sinceUpdate}}]', annotations: {}, then: true },
    { given: 'x', annotations: { 'weir.dev/requests-query': 'n[{{weir.sinceStepStart}}]' }, then: true },
  ])('given $given and $annotations, then $then', ({ given, annotations, then }) => {
    const run = aRun({ metrics: [asking(given)] });
    expect(usesVariables({ ...run, metadata: { ...run.metadata, annotations } })).toBe(then);
  });
});
