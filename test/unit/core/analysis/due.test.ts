import { describe, expect, it } from '@jest/globals';
import { dueWork, isTerminating } from '#core/analysis/due.ts';
import type { AnalysisRunStatus, Measurement, Metric, MetricResult } from '#core/resources/argo.ts';
import { aMetric, aRun, at, measured, stamp } from './builders.ts';

const IN_FLIGHT: Measurement = { phase: 'Running', startedAt: stamp(0) };

function result(fields: Partial<MetricResult>): MetricResult {
  return { name: 'm', phase: 'Running', ...fields };
}

/** The run, started at 0, with one metric and perhaps its result. */
function run(metric: Partial<Metric>, fields?: Partial<MetricResult>, status: Partial<AnalysisRunStatus> = {}) {
  const metricResults = fields === undefined ? [] : [result(fields)];
  return aRun({ metrics: [aMetric(metric)] }, { startedAt: stamp(0), metricResults, ...status });
}

interface Case {
  readonly given: string;
  readonly metric?: Partial<Metric>;
  readonly result?: Partial<MetricResult>;
  readonly started?: boolean;
  readonly seconds: number;
  readonly terminating?: boolean;
  readonly onDemand?: boolean;
  readonly then: 'run' | 'resume' | 'terminate' | undefined;
}

const SUCCESS_AT_10 = { count: 1, measurements: [measured('Successful', 10)] };
const ERROR_AT_10 = { error: 1, measurements: [measured('Error', 10)] };

const CASES: readonly Case[] = [
  { given: 'a completed result', result: { phase: 'Successful', ...ERROR_AT_10 }, seconds: 99, then: undefined },
  { given: 'a metric never measured', seconds: 0, then: 'run' },
  { given: 'a result without measurements', result: { measurements: [] }, seconds: 0, then: 'run' },
  { given: 'one never measured, terminating', seconds: 0, terminating: true, then: undefined },
  { given: 'a delay in the first pass', metric: { initialDelay: '0s' }, started: false, seconds: 0, then: undefined },
  { given: 'a delay of nothing in the next pass', metric: { initialDelay: '0s' }, seconds: 0, then: 'run' },
  { given: 'a delay that is not over', metric: { initialDelay: '30s' }, seconds: 29.9, then: undefined },
  { given: 'a delay at its end', metric: { initialDelay: '30s' }, seconds: 30, then: 'run' },
  {
    given: 'an interval not yet over',
    metric: { interval: '1m' },
    result: SUCCESS_AT_10,
    seconds: 69,
    then: undefined,
  },
  {
    given: 'an interval at its very end',
    metric: { interval: '1m' },
    result: SUCCESS_AT_10,
    seconds: 70,
    then: undefined,
  },
  { given: 'an interval just over', metric: { interval: '1m' }, result: SUCCESS_AT_10, seconds: 70.001, then: 'run' },
  {
    given: 'an error and a long interval',
    metric: { interval: '1m' },
    result: ERROR_AT_10,
    seconds: 20.5,
    then: 'run',
  },
  {
    given: 'an error and a short interval',
    metric: { interval: '1s' },
    result: ERROR_AT_10,
    seconds: 19,
    then: undefined,
  },
  { given: 'an error without interval', result: ERROR_AT_10, seconds: 20.5, then: 'run' },
  {
    given: 'the count reached',
    metric: { interval: '1s', count: 1 },
    result: SUCCESS_AT_10,
    seconds: 99,
    then: undefined,
  },
  {
    given: 'a negative count',
    metric: { interval: '1s', count: -1 },
    result: SUCCESS_AT_10,
    seconds: 99,
    then: undefined,
  },
  { given: 'a negative count, never measured', metric: { count: -1 }, seconds: 0, then: 'run' },
  {
    given: 'an interval over, terminating',
    metric: { interval: '1s' },
    result: SUCCESS_AT_10,
    seconds: 99,
    terminating: true,
    then: undefined,
  },
  { given: 'one in flight', result: { measurements: [IN_FLIGHT] }, seconds: 0, then: 'resume' },
  {
    given: 'one in flight to be resumed later',
    result: { measurements: [{ ...IN_FLIGHT, resumeAt: stamp(5) }] },
    seconds: 4,
    then: undefined,
  },
  {
    given: 'one in flight to be resumed now',
    result: { measurements: [{ ...IN_FLIGHT, resumeAt: stamp(5) }] },
    seconds: 5,
    then: 'resume',
  },
  {
    given: 'one in flight, terminating',
    result: { measurements: [{ ...IN_FLIGHT, resumeAt: stamp(5) }] },
    seconds: 4,
    terminating: true,
    then: 'terminate',
  },
  {
    given: 'an alert within the interval',
    metric: { interval: '1m' },
    result: SUCCESS_AT_10,
    seconds: 11,
    onDemand: true,
    then: 'run',
  },
  { given: 'an alert within the delay', metric: { initialDelay: '1m' }, seconds: 11, onDemand: true, then: 'run' },
  {
    given: 'an alert and the count reached',
    metric: { interval: '1m', count: 1 },
    result: SUCCESS_AT_10,
    seconds: 11,
    onDemand: true,
    then: undefined,
  },
  {
    given: 'an alert and one in flight',
    result: { measurements: [{ ...IN_FLIGHT, resumeAt: stamp(50) }] },
    seconds: 11,
    onDemand: true,
    then: undefined,
  },
  {
    given: 'an alert and a completed result',
    result: { phase: 'Failed', ...SUCCESS_AT_10 },
    seconds: 11,
    onDemand: true,
    then: undefined,
  },
  {
    given: 'an alert while terminating',
    metric: { interval: '1m' },
    result: SUCCESS_AT_10,
    seconds: 11,
    onDemand: true,
    terminating: true,
    then: undefined,
  },
];

describe('given a metric and its result, when it is asked what is due', () => {
  it.each(CASES)(
    'given $given at $seconds s, then $then',
    ({ metric = {}, then, seconds, started = true, ...rest }) => {
      const { terminating = false, onDemand = false } = rest;
      const subject = started ? run(metric, rest.result) : aRun({ metrics: [aMetric(metric)] });
      const work = dueWork(aMetric(metric), subject, { terminating, onDemand, now: at(seconds) });
      expect(work?.operation).toBe(then);
    },
  );

  it('given one in flight, then the work carries it', () => {
    const work = dueWork(aMetric(), run({}, { measurements: [measured('Error', 0), IN_FLIGHT] }), {
      terminating: false,
      onDemand: false,
      now: at(9),
    });
    expect(work).toEqual({ operation: 'resume', measurement: IN_FLIGHT });
  });
});

describe('given a run, when it is asked whether it is terminating', () => {
  it.each([
    { given: 'nothing', then: false },
    { given: 'spec.terminate', terminate: true, then: true },
    { given: 'a Failed metric', phase: 'Failed', then: true },
    { given: 'an Error metric', phase: 'Error', then: true },
    { given: 'an Inconclusive metric', phase: 'Inconclusive', then: true },
    { given: 'a Successful metric', phase: 'Successful', then: false },
    { given: 'a Running metric', phase: 'Running', then: false },
    { given: 'a Failed metric that rehearses', phase: 'Failed', dryRun: true, then: false },
    { given: 'a Failed result of a metric that is gone', phase: 'Failed', name: 'gone', then: true },
  ])('given $given, then $then', ({ phase, terminate = false, dryRun = false, name = 'm', then }) => {
    const metricResults = phase === undefined ? [] : [result({ name, phase, ...(dryRun && { dryRun }) })];
    expect(isTerminating(aRun({ terminate }, { metricResults }))).toBe(then);
  });
});
