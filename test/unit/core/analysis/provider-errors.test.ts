import { describe, expect, it } from '@jest/globals';
import { breachOf } from '#core/analysis/assess-metric.ts';
import { isProviderError, onProviderError, toleratedErrors, unanswered } from '#core/analysis/provider-errors.ts';
import { recordReadings } from '#core/analysis/record-readings.ts';
import type { Reading } from '#core/analysis/reading.ts';
import type { AnalysisRun, MetricResult } from '#core/resources/argo.ts';
import { aMetric, aRun, at, taken, value } from './builders.ts';

const OUTAGE: Reading = { kind: 'error', message: 'connection refused' };
const WRONG: Reading = { kind: 'error', message: 'no valid provider', fault: 'manifest' };
/** Its condition cannot be evaluated. */
const STUMBLING = value([]);
const GOOD = value([1]);
const METRIC = aMetric({ successCondition: 'result[0] > 0' });

function runWith(choice: string | undefined, results: MetricResult[] = []): AnalysisRun {
  const run = aRun({ metrics: [METRIC] }, { metricResults: results });
  const annotations = choice === undefined ? {} : { 'weir.dev/on-provider-error': choice };
  return { ...run, metadata: { ...run.metadata, annotations } };
}

/** The metric's result after one measurement per reading. */
function resultAfter(choice: string | undefined, readings: readonly Reading[]): MetricResult {
  return readings.reduce<MetricResult[]>((stored, reading, index) => {
    const task = { operation: 'run', run: runWith(choice), metric: METRIC, now: at(index) } as const;
    const recording = { readings: [taken(task, reading)], dryRun: new Set<string>(), secretsUsed: [] };
    return [...recordReadings(stored, recording)];
  }, [])[0]!;
}

const times = (count: number, reading: Reading) => Array.from({ length: count }, () => reading);

describe('given the annotation', () => {
  it.each([
    { given: undefined, then: 'argo' },
    { given: 'argo', then: 'argo' },
    { given: 'hold', then: 'hold' },
    { given: 'continue', then: 'continue' },
  ])('when it says $given, then it is $then', ({ given, then }) => {
    expect(onProviderError(runWith(given))).toBe(then);
  });

  it.each(['hodl', '', 'Hold', 'toString'])('when it says "%s", then it is refused', (given) => {
    expect(() => onProviderError(runWith(given))).toThrow(`"${given}" is none of argo, hold, continue`);
  });
});

describe('given measurements in a row, when the limit of consecutive errors is asked', () => {
  it.each([
    { choice: undefined, readings: times(5, OUTAGE), then: 5, errors: 5 },
    { choice: 'argo', readings: times(5, OUTAGE), then: 5, errors: 5 },
    { choice: 'hold', readings: times(50, OUTAGE), then: undefined, errors: 50 },
    { choice: 'continue', readings: times(50, OUTAGE), then: undefined, errors: 50 },
    { choice: 'hold', readings: times(4, STUMBLING), then: undefined, errors: 4 },
    { choice: 'hold', readings: times(5, STUMBLING), then: 5, errors: 5 },
    { choice: 'hold', readings: times(5, WRONG), then: 5, errors: 5 },
    { choice: 'hold', readings: [...times(9, OUTAGE), ...times(4, STUMBLING)], then: undefined, errors: 13 },
    { choice: 'hold', readings: [...times(9, OUTAGE), ...times(5, STUMBLING)], then: 5, errors: 14 },
    { choice: 'hold', readings: [...times(4, STUMBLING), ...times(9, OUTAGE), STUMBLING], then: 5, errors: 14 },
    { choice: 'hold', readings: [...times(4, STUMBLING), GOOD, STUMBLING], then: undefined, errors: 1 },
    { choice: 'hold', readings: [...times(9, OUTAGE), GOOD, ...times(5, STUMBLING)], then: 5, errors: 5 },
  ])(
    'given $choice and $readings.length of them, then $then count of $errors',
    ({ choice, readings, then, errors }) => {
      const result = resultAfter(choice, readings);
      const reason = then === undefined ? undefined : `consecutiveErrors (${then}) > consecutiveErrorLimit (4)`;
      expect(breachOf(METRIC, result)?.reason).toBe(reason);
      expect(result.consecutiveError).toBe(errors);
    },
  );

  it('when metrics answer again, then nothing of the outage is kept beside the counters', () => {
    const result = resultAfter('hold', [OUTAGE, OUTAGE, GOOD]);
    expect(toleratedErrors(result)).toBe(0);
    expect(result).not.toHaveProperty('metadata');
    expect(result).toMatchObject({ error: 2, count: 1, successful: 1 });
  });

  it('when a measurement is still in flight, then the outage before it is not forgotten', () => {
    const pending: Reading = { kind: 'pending', resumeAt: at(99), metadata: {} };
    expect(toleratedErrors(resultAfter('hold', [OUTAGE, OUTAGE, pending]))).toBe(2);
  });

  it('when nobody opted in, then a result looks exactly as in Argo', () => {
    const result = resultAfter(undefined, [OUTAGE]);
    expect(result).not.toHaveProperty('metadata');
    expect(result.measurements?.[0]).not.toHaveProperty('metadata');
  });
});

describe('given a run, when it is asked whether its metrics answer', () => {
  it.each<{ given: string; choice?: string; readings: readonly Reading[]; fields?: object; then: boolean }>([
    { given: 'an outage', readings: [GOOD, OUTAGE], then: true },
    { given: 'an outage that is over', readings: [OUTAGE, GOOD], then: false },
    { given: 'a condition’s error', readings: [OUTAGE, STUMBLING], then: false },
    { given: 'a metric that is wrong as written', readings: [WRONG], then: false },
    { given: 'an outage of a rehearsal', readings: [OUTAGE], fields: { dryRun: true }, then: false },
    { given: 'an outage of a decided metric', readings: [OUTAGE], fields: { phase: 'Failed' }, then: false },
    { given: 'an outage that is ignored', choice: 'continue', readings: [OUTAGE], then: false },
  ])('given $given, then $then', ({ choice = 'hold', readings, fields = {}, then }) => {
    const run = runWith(choice, [{ ...resultAfter(choice, readings), ...fields }]);
    const silent = { run: 'run', metric: 'm', message: 'connection refused' };
    expect(unanswered(run)).toEqual(then ? silent : undefined);
  });

  it('given a measurement in flight behind an error, then the error stands', () => {
    const result = resultAfter('hold', [OUTAGE]);
    const inFlight = { phase: 'Running', startedAt: '2024-01-01T00:00:09Z' };
    const run = runWith('hold', [{ ...result, measurements: [...result.measurements!, inFlight] }]);
    expect(unanswered(run)).toBeDefined();
  });

  it('given the run is over, then it does not matter any more', () => {
    const run = runWith('hold', [resultAfter('hold', [OUTAGE])]);
    expect(unanswered({ ...run, status: { ...run.status, phase: 'Successful' } })).toBeUndefined();
  });
});

it('given an error without a mark, when it is asked whose it is, then it is not taken for the provider’s', () => {
  expect(isProviderError({ phase: 'Error' })).toBe(false);
});
