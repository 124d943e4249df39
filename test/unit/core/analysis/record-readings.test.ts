import { describe, expect, it } from '@jest/globals';
import { recordReadings } from '#core/analysis/record-readings.ts';
import type { MeasurementTask } from '#core/analysis/reading.ts';
import type { MetricResult } from '#core/resources/argo.ts';
import { aMetric, aRun, at, measured, stamp, taken, verdict } from './builders.ts';

const STREAKS: MetricResult = {
  name: 'm',
  phase: 'Running',
  count: 5,
  successful: 3,
  failed: 1,
  inconclusive: 1,
  error: 2,
  consecutiveSuccess: 2,
  measurements: [measured('Successful', 1)],
};
const NOTHING = { dryRun: new Set<string>(), secretsUsed: [] };

function task(name: string, fields: Partial<MeasurementTask> = {}): MeasurementTask {
  return { operation: 'run', run: aRun(), metric: aMetric({ name }), now: at(9), ...fields };
}

describe('given counters, when one more measurement completes', () => {
  it.each([
    { given: 'Successful', then: { count: 6, successful: 4, consecutiveSuccess: 3 } },
    { given: 'Failed', then: { count: 6, failed: 2, consecutiveSuccess: 0 } },
    { given: 'Inconclusive', then: { count: 6, inconclusive: 2, consecutiveSuccess: 0 } },
    { given: 'Error', then: { error: 3, consecutiveError: 1, consecutiveSuccess: 0 } },
  ] as const)('given it is $given, then $then', ({ given, then }) => {
    const [result] = recordReadings([STREAKS], { ...NOTHING, readings: [taken(task('m'), verdict(given))] });
    const { measurements, ...counters } = { ...STREAKS, ...then };
    const expected = Object.fromEntries(Object.entries(counters).filter(([, count]) => count !== 0));
    expect(result).toEqual({ ...expected, measurements: [...measurements!, measured(given, 9)] });
  });

  it('given an error streak, then a measurement ends it', () => {
    const stored = [{ ...STREAKS, consecutiveSuccess: 0, consecutiveError: 3 }];
    const [result] = recordReadings(stored, { ...NOTHING, readings: [taken(task('m'), verdict('Failed'))] });
    expect(result).not.toHaveProperty('consecutiveError');
  });
});

describe('given a first measurement, when it is recorded', () => {
  it('then the result is made behind the stored ones, with its flag and metadata', () => {
    const first = { ...taken(task('new'), verdict('Successful')), metadata: { query: 'up hunter2' } };
    const results = recordReadings([STREAKS], {
      readings: [first],
      dryRun: new Set(['new']),
      secretsUsed: ['hunter2'],
    });
    expect(results).toEqual([
      STREAKS,
      {
        name: 'new',
        phase: 'Running',
        dryRun: true,
        metadata: { query: 'up *****' },
        count: 1,
        successful: 1,
        consecutiveSuccess: 1,
        measurements: [measured('Successful', 9)],
      },
    ]);
  });

  it('given later ones, then flag and metadata stay as they were', () => {
    const stored = { ...STREAKS, metadata: { query: 'old' } };
    const later = { ...taken(task('m'), verdict('Successful')), metadata: { query: 'new' } };
    const [result] = recordReadings([stored], { readings: [later], dryRun: new Set(['m']), secretsUsed: [] });
    expect(result).toMatchObject({ metadata: { query: 'old' } });
    expect(result).not.toHaveProperty('dryRun');
  });
});

describe('given a measurement in flight, when it is carried on', () => {
  const inFlight = { phase: 'Running', startedAt: stamp(5), metadata: { job: 'j' } };
  const stored = [{ ...STREAKS, measurements: [measured('Successful', 1), inFlight] }];
  const resumed = task('m', { operation: 'resume', measurement: inFlight });

  it('given it completes, then it replaces the last and counts once', () => {
    const [result] = recordReadings(stored, { ...NOTHING, readings: [taken(resumed, verdict('Failed'))] });
    expect(result?.measurements).toHaveLength(2);
    expect(result?.measurements?.at(-1)).toEqual({ ...inFlight, phase: 'Failed', finishedAt: stamp(9) });
    expect(result).toMatchObject({ count: 6, failed: 2 });
  });

  it('given it goes on, then nothing is counted', () => {
    const [result] = recordReadings(stored, { ...NOTHING, readings: [taken(resumed, verdict('Running'))] });
    expect(result).toMatchObject({ count: 5, consecutiveSuccess: 2, measurements: [{}, { phase: 'Running' }] });
  });
});
