import { describe, expect, it } from '@jest/globals';
import { measurementOf } from '#core/analysis/measurement.ts';
import type { MeasurementTask, Reading } from '#core/analysis/reading.ts';
import { redactor } from '#core/analysis/secrets.ts';
import type { Measurement, Metric } from '#core/resources/argo.ts';
import { aMetric, aRun, at, stamp, taken, value, verdict } from './builders.ts';

const JOB: Measurement = {
  phase: 'Running',
  startedAt: stamp(0),
  resumeAt: stamp(0),
  metadata: { 'job-name': 'run-uid.m.1' },
};

function task(operation: MeasurementTask['operation'], metric: Partial<Metric> = {}): MeasurementTask {
  const started = operation === 'run' ? {} : { measurement: JOB };
  return { operation, run: aRun(), metric: aMetric(metric), now: at(5), ...started };
}

function measurement(subject: MeasurementTask, reading: Reading, secrets: readonly string[] = []): Measurement {
  return measurementOf(taken(subject, reading, at(7.9)), redactor(secrets));
}

describe('given a fresh task, when it is read', () => {
  const fresh = { startedAt: stamp(5), finishedAt: stamp(7) };
  it.each<{ given: Reading; then: Partial<Measurement> }>([
    { given: value(7), then: { phase: 'Successful', value: '7' } },
    {
      given: { ...value(7), metadata: { warnings: 'w' } },
      then: { phase: 'Successful', value: '7', metadata: { warnings: 'w' } },
    },
    { given: verdict('Failed'), then: { phase: 'Failed' } },
    {
      given: { kind: 'verdict', phase: 'Inconclusive', text: '80', message: 'marginal' },
      then: { phase: 'Inconclusive', value: '80', message: 'marginal' },
    },
    { given: { kind: 'error', message: 'refused' }, then: { phase: 'Error', message: 'refused' } },
    {
      given: { kind: 'error', message: 'refused', text: '[1 2]', metadata: { warnings: 'w' } },
      then: { phase: 'Error', message: 'refused', value: '[1 2]', metadata: { warnings: 'w' } },
    },
    { given: { kind: 'value', value: { kind: 'json', json: '' }, text: '' }, then: { phase: 'Successful' } },
  ])('given $given, then $then', ({ given, then }) => {
    expect(measurement(task('run'), given)).toEqual({ ...fresh, ...then });
  });

  it('given it is not finished, then it is in flight with what is needed to go on', () => {
    const pending: Reading = { kind: 'pending', resumeAt: at(9.8), metadata: { 'job-name': 'j' } };
    expect(measurement(task('run'), pending)).toEqual({
      phase: 'Running',
      startedAt: stamp(5),
      resumeAt: stamp(9),
      metadata: { 'job-name': 'j' },
    });
  });
});

describe('given a measurement in flight, when it is resumed or terminated', () => {
  it('given it completes, then it keeps what it had', () => {
    expect(measurement(task('resume'), verdict('Successful'))).toEqual({
      ...JOB,
      phase: 'Successful',
      finishedAt: stamp(7),
    });
  });

  it('given it goes on, then only its resumption moves', () => {
    const pending: Reading = { kind: 'pending', resumeAt: at(9), metadata: JOB.metadata! };
    expect(measurement(task('resume'), pending)).toEqual({ ...JOB, resumeAt: stamp(9) });
  });

  it('given its provider fails, then it is an Error that still names the job', () => {
    const reading: Reading = { kind: 'error', message: 'gone' };
    expect(measurement(task('resume'), reading)).toEqual({
      ...JOB,
      phase: 'Error',
      message: 'gone',
      finishedAt: stamp(7),
    });
  });

  it.each([
    { given: 'Inconclusive', then: 'Metric Terminated' },
    { given: 'Successful', then: 'Metric Terminated' },
    { given: 'Failed', then: undefined },
    { given: 'Running', then: undefined },
  ] as const)('given it is terminated as $given, then its message is $then', ({ given, then }) => {
    expect(measurement(task('terminate'), verdict(given)).message).toBe(then);
  });
});

describe('given a condition that cannot be evaluated, when the value is judged, then only some providers show more', () => {
  const reading: Reading = { ...value(5), metadata: { warnings: 'w', drift: '1' } };
  it.each([
    { given: { web: { url: 'u' } }, then: {} },
    { given: { prometheus: {} }, then: {} },
    { given: { graphite: {} }, then: { value: '5' } },
    { given: { cloudWatch: { metricDataQueries: [] } }, then: { value: '5' } },
    { given: { wavefront: {} }, then: { metadata: { warnings: 'w' } } },
  ])('given $given, then $then', ({ given, then }) => {
    const { message, ...shown } = measurement(task('run', { provider: given, successCondition: 'result.x' }), reading);
    expect(message).toMatch(/^could not evaluate successCondition "result\.x": /);
    expect(shown).toEqual({ phase: 'Error', startedAt: stamp(5), finishedAt: stamp(7), ...then });
  });
});

describe('given secrets, when a measurement is taken, then they are kept out of it', () => {
  it('given a completed one, then out of message, value and metadata', () => {
    const reading: Reading = {
      kind: 'error',
      message: 'a hunter2',
      text: 'b hunter2',
      metadata: { query: 'c hunter2' },
    };
    expect(measurement(task('run'), reading, ['hunter2'])).toMatchObject({
      message: 'a *****',
      value: 'b *****',
      metadata: { query: 'c *****' },
    });
  });

  it('given one in flight, then the names that resume it stay whole', () => {
    const pending: Reading = { kind: 'pending', resumeAt: at(9), metadata: { 'job-name': 'run-uid.m.1' } };
    expect(measurement(task('run'), pending, ['m']).metadata).toEqual({ 'job-name': 'run-uid.m.1' });
    expect(measurement(task('resume'), verdict('Failed'), ['m']).metadata).toEqual(JOB.metadata);
  });
});
