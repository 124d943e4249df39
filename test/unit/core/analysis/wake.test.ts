import { describe, expect, it } from '@jest/globals';
import { nextLook } from '#core/analysis/wake.ts';
import type { Reading } from '#core/analysis/reading.ts';
import type { Measurement, Metric, MetricResult } from '#core/resources/argo.ts';
import { aMetric, aRun, at, EPOCH, measured, stamp, taken, verdict } from './builders.ts';

const SUCCESS_AT_10 = { count: 1, measurements: [measured('Successful', 10)] };
const ERROR_AT_10 = { error: 1, measurements: [measured('Error', 10)] };
const IN_FLIGHT: Measurement = { phase: 'Running', startedAt: stamp(0), resumeAt: stamp(9) };

interface Case {
  readonly given: string;
  readonly metric?: Partial<Metric>;
  readonly result?: Partial<MetricResult>;
  readonly now?: number;
  readonly reading?: { reading: Reading; seconds: number };
  /** Seconds after the run's start; undefined: never. */
  readonly then: number | undefined;
}

const CASES: readonly Case[] = [
  { given: 'one never measured without delay', then: undefined },
  { given: 'one never measured with a delay', metric: { initialDelay: '30s' }, then: 30 },
  { given: 'a delay in the past', metric: { initialDelay: '30s' }, now: 50, then: 30 },
  { given: 'an interval', metric: { interval: '1m' }, result: SUCCESS_AT_10, then: 70 },
  { given: 'an error and an interval', metric: { interval: '1m' }, result: ERROR_AT_10, then: 20 },
  {
    given: 'an error and then a success',
    metric: { interval: '1m' },
    result: { measurements: [measured('Error', 1), measured('Successful', 12)] },
    then: 72,
  },
  { given: 'an error without interval', result: ERROR_AT_10, then: 20 },
  {
    given: 'a completed one',
    metric: { interval: '1m' },
    result: { ...SUCCESS_AT_10, phase: 'Failed' },
    then: undefined,
  },
  { given: 'the count reached', metric: { interval: '1m', count: 1 }, result: SUCCESS_AT_10, then: undefined },
  { given: 'one in flight', result: { measurements: [IN_FLIGHT] }, then: 9 },
  { given: 'one in flight to be looked at before', result: { measurements: [IN_FLIGHT] }, now: 20, then: 9 },
  { given: 'one in flight that names no time', result: { measurements: [{ phase: 'Running' }] }, then: undefined },
  {
    given: 'a measurement of this pass, finer than stored',
    metric: { interval: '10s' },
    result: SUCCESS_AT_10,
    reading: { reading: verdict('Successful'), seconds: 10.7 },
    then: 20.7,
  },
  {
    given: 'a resumption of this pass, finer than stored',
    result: { measurements: [IN_FLIGHT] },
    reading: { reading: { kind: 'pending', resumeAt: at(9.5), metadata: {} }, seconds: 8 },
    then: 9.5,
  },
];

describe('given a metric, when it is asked when it wants to be looked at', () => {
  it.each(CASES)('given $given, then at $then', ({ metric = {}, result, now = 10, reading, then }) => {
    const results = new Map(result === undefined ? [] : [['m', { name: 'm', phase: 'Running', ...result }]]);
    const task = { operation: 'run', run: aRun(), metric: aMetric(metric), now: at(now) } as const;
    const readings = new Map(reading === undefined ? [] : [['m', taken(task, reading.reading, at(reading.seconds))]]);
    const look = nextLook({ metrics: [aMetric(metric)], results, readings, startedAt: EPOCH });
    expect(look).toBe(then === undefined ? undefined : at(then));
  });

  it('given several, then the earliest counts', () => {
    const metrics = [aMetric({ name: 'a', initialDelay: '40s' }), aMetric({ name: 'b', initialDelay: '30s' })];
    const look = nextLook({ metrics, results: new Map(), readings: new Map(), startedAt: EPOCH });
    expect(look).toBe(at(30));
  });
});
