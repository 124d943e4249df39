import { describe, expect, it } from '@jest/globals';
import { observeAnalysisRun, type AnalysisRunState } from '#core/history/analysis-run.ts';
import type { AnalysisRun, Measurement, MetricResult } from '#core/resources/argo.ts';

const NOW = Date.UTC(2024, 0, 1, 1);
const AT = '2024-01-01T00:10:00Z';

function runWith(result: Partial<MetricResult>): AnalysisRun {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisRun',
    metadata: { name: 'run', namespace: 'shop', uid: 'u', creationTimestamp: '2024-01-01T00:00:00Z' },
    spec: {
      args: [
        { name: 'service', value: 'shop' },
        { name: 'key', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
      ],
      metrics: [
        {
          name: 'm',
          failureLimit: 0,
          successCondition: 'result[0] > {{args.service}}',
          provider: {
            prometheus: {
              address: 'http://p',
              query: 'x{s="{{args.service}}",k="{{args.key}}"}[{{weir.sinceUpdate}}]',
            },
          },
        },
      ],
    },
    status: { phase: 'Running', metricResults: [{ name: 'm', phase: 'Running', ...result }] },
  };
}

const failed: Measurement = { phase: 'Failed', value: '[0]', startedAt: AT, finishedAt: AT };
const one: Partial<MetricResult> = { count: 1, failed: 1, measurements: [failed] };

function measuredIn(
  run: AnalysisRun,
  ...rest: [AnalysisRunState?, ReadonlyMap<string, { finishedAt: string; details: { rule: string } }>?]
) {
  const [before, evidence] = rest;
  return observeAnalysisRun(before, run, NOW, evidence).transitions.filter(({ type }) => type === 'measured');
}

describe('given a new measurement, when it is told', () => {
  it('given this pass took it, then its evidence goes with it', () => {
    const evidence = new Map([['m', { finishedAt: AT, details: { rule: 'a was false' } }]]);
    expect(measuredIn(runWith(one), undefined, evidence)[0]?.details).toMatchObject({
      value: '[0]',
      rule: 'a was false',
    });
  });

  it('given the evidence is about another one, then it is not put beside it', () => {
    const evidence = new Map([['m', { finishedAt: '2024-01-01T00:11:00Z', details: { rule: 'a was false' } }]]);
    expect(measuredIn(runWith(one), undefined, evidence)[0]?.details).not.toHaveProperty('rule');
  });

  it('given somebody else took it, then query, window and conditions come from run and status, secrets masked', () => {
    expect(measuredIn(runWith(one))[0]?.details).toMatchObject({
      query: 'x{s="shop",k="*****"}[600s]',
      window: { from: '2024-01-01T00:00:00Z', to: AT },
      successCondition: 'result[0] > shop',
    });
  });

  it('given arguments that cannot be filled in, then the texts are as the manifest has them', () => {
    const run = runWith(one);
    const details = measuredIn({ ...run, spec: { ...run.spec, args: [] } })[0]?.details;
    expect(details).toMatchObject({ successCondition: 'result[0] > {{args.service}}' });
  });
});

it('given a metric is decided, when it is told, then the limit that decided goes with it', () => {
  const { transitions } = observeAnalysisRun(undefined, runWith({ ...one, phase: 'Failed' }), NOW);
  const completed = transitions.find(({ type }) => type === 'metric-completed');
  expect(completed?.details['rule']).toBe('failed (1) > failureLimit (0)');
});

describe('given a measurement that waits for requests', () => {
  const waiting = (resumeAt: string): Partial<MetricResult> => ({
    measurements: [
      {
        phase: 'Running',
        startedAt: AT,
        resumeAt,
        message: 'too few requests: 3 < 50',
        metadata: { 'weir.dev/requests': '3', 'weir.dev/requests-needed': '50' },
      },
    ],
  });

  it('when it is told, then with what it waits for, once for each time it was asked', () => {
    const first = observeAnalysisRun(undefined, runWith(waiting('2024-01-01T00:11:00Z')), NOW);
    const again = measuredIn(runWith(waiting('2024-01-01T00:11:00Z')), first.state);
    const later = measuredIn(runWith(waiting('2024-01-01T00:12:00Z')), first.state);
    expect(first.transitions.map(({ message }) => message)).toContain('m not judged: too few requests: 3 < 50');
    expect(again).toEqual([]);
    expect(later[0]?.details).toMatchObject({ phase: 'Unjudged', requests: '3', requestsNeeded: '50' });
  });
});
