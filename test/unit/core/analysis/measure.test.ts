import { describe, expect, it } from '@jest/globals';
import { planMeasurements } from '#core/analysis/measure.ts';
import type { Argument } from '#core/resources/argo.ts';
import { aMetric, aRun, at, measured, plan, stamp } from './builders.ts';

const TOKEN: Argument = { name: 'token', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } };
const SECRETS = new Map([['s', { k: 'hunter2' }]]);

describe('given a run that cannot be measured, when it is planned, then it is told which part is wrong', () => {
  it.each([
    {
      given: 'an unknown token',
      spec: { metrics: [aMetric({ successCondition: '{{args.nope}}' })] },
      then: 'Unable to resolve metric arguments: failed to resolve {{args.nope}}',
    },
    {
      given: 'an argument without value',
      spec: { args: [{ name: 'x' }] },
      then: 'Unable to resolve metric arguments: argument "x" was not supplied',
    },
    {
      given: 'a wrong metric',
      spec: { metrics: [aMetric({ count: 2 })] },
      then: 'Analysis spec invalid: metrics[0]: interval must be specified when count > 1',
    },
    { given: 'no metrics', spec: { metrics: [] }, then: 'Analysis spec invalid: no metrics specified' },
    {
      given: 'a dry-run rule for nothing',
      spec: { dryRun: [{ metricName: 'x' }], measurementRetention: [{ metricName: 'x', limit: 1 }] },
      then: "Analysis spec invalid: dryRun[0]: Rule didn't match any metric name(s)",
    },
    {
      given: 'a retention rule for nothing',
      spec: { measurementRetention: [{ metricName: 'x', limit: 1 }] },
      then: "Analysis spec invalid: measurementRetention[0]: Rule didn't match any metric name(s)",
    },
    {
      given: 'a missing secret',
      spec: { args: [TOKEN] },
      then: 'Unable to resolve metric arguments: secrets "s" not found',
    },
    {
      given: 'a missing secret and a wrong metric',
      spec: { args: [TOKEN], metrics: [aMetric({ count: 2 })] },
      then: 'Analysis spec invalid: metrics[0]: interval must be specified when count > 1',
    },
  ])('given $given, then $then', ({ spec, then }) => {
    expect(planMeasurements(aRun(spec), new Map(), at(0))).toEqual({ state: 'invalid', message: then });
  });

  it('given a missing secret while nothing is due, then it is told all the same', () => {
    const waiting = aRun({ args: [TOKEN], metrics: [aMetric({ initialDelay: '1h' })] }, { startedAt: stamp(0) });
    expect(planMeasurements(waiting, new Map(), at(1)).state).toBe('invalid');
  });

  it('given a value of a secret that breaks the metric, then the message does not show it', () => {
    const run = aRun({ args: [TOKEN], metrics: [aMetric({ successCondition: '{{args.token}}' })] });
    const planned = planMeasurements(run, new Map([['s', { k: 'hunter\u0000' }]]), at(0));
    expect(planned).toMatchObject({ state: 'invalid', message: expect.not.stringContaining('hunter') });
  });
});

describe('given a run with a secret, when it is planned', () => {
  const metric = aMetric({ name: 'of-{{args.token}}', successCondition: "result == '{{args.token}}'" });
  const planned = planMeasurements(aRun({ args: [TOKEN], metrics: [metric] }), SECRETS, at(0));

  it('then only the task holds it, and not in its name', () => {
    expect(planned).toMatchObject({
      state: 'ready',
      metrics: [{ name: 'of-temp-for-secret', successCondition: "result == 'temp-for-secret'" }],
      tasks: [{ metric: { name: 'of-temp-for-secret', successCondition: "result == 'hunter2'" } }],
      secretsUsed: ['hunter2'],
    });
  });
});

describe('given a run, when it is planned', () => {
  it('then rules are matched with the names after substitution', () => {
    const metrics = [aMetric({ name: '{{args.x}}-latency' }), aMetric({ name: 'errors' })];
    const spec = { metrics, args: [{ name: 'x', value: 'p99' }] };
    const rules = { dryRun: [{ metricName: '^p99' }], measurementRetention: [{ metricName: 'p99', limit: 3 }] };
    expect(plan(aRun({ ...spec, ...rules }), at(0))).toMatchObject({
      dryRun: new Set(['p99-latency']),
      retention: new Map([['p99-latency', 3]]),
    });
  });

  it('then what is due becomes tasks in the order of the spec', () => {
    const metrics = ['a', 'b', 'c'].map((name) => aMetric({ name, interval: '1m' }));
    const results = [{ name: 'b', phase: 'Running', count: 1, measurements: [measured('Successful', 0)] }];
    const run = aRun({ metrics }, { startedAt: stamp(0), metricResults: results });
    const tasks = plan(run, at(30)).tasks.map(({ operation, metric }) => `${operation} ${metric.name}`);
    expect(tasks).toEqual(['run a', 'run c']);
    const asked = plan(run, at(30), { onDemand: true }).tasks.map(({ metric }) => metric.name);
    expect(asked).toEqual(['a', 'b', 'c']);
  });

  it.each([
    { given: 'completed', run: aRun({ metrics: [] }, { phase: 'Failed' }) },
    { given: 'being deleted', run: { ...aRun(), metadata: { ...aRun().metadata, deletionTimestamp: stamp(0) } } },
  ])('given it is $given, then nothing is measured and nothing is wrong', ({ run }) => {
    expect(plan(run, at(0)).tasks).toEqual([]);
  });
});
