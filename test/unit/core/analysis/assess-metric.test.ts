import { describe, expect, it } from '@jest/globals';
import { assessMetric, assessResult } from '#core/analysis/assess-metric.ts';
import type { Metric, MetricResult } from '#core/resources/argo.ts';
import { aMetric, measured, stamp } from './builders.ts';

const LAST = {
  measurements: [measured('Failed', 0, { message: 'first' }), measured('Successful', 1, { message: 'last' })],
};
const FOREVER = { interval: '10s' };

interface Case {
  readonly given: string;
  readonly metric?: Partial<Metric>;
  readonly result: Partial<MetricResult>;
  readonly terminating?: boolean;
  readonly then: string;
}

const CASES: readonly Case[] = [
  {
    given: 'a completed one with a limit exceeded',
    result: { phase: 'Successful', failed: 9, ...LAST },
    then: 'Successful',
  },
  { given: 'no measurements', result: {}, then: 'Pending' },
  { given: 'no measurements, terminating', result: {}, terminating: true, then: 'Successful' },
  {
    given: 'one in flight',
    result: { failed: 9, measurements: [measured('Failed', 0), { phase: 'Running', startedAt: stamp(1) }] },
    then: 'Running',
  },
  {
    given: 'one in flight, terminating',
    result: { measurements: [{ phase: 'Running' }] },
    terminating: true,
    then: 'Running',
  },
  { given: 'a failure', metric: FOREVER, result: { count: 1, failed: 1, ...LAST }, then: 'Failed' },
  {
    given: 'a tolerated failure',
    metric: { ...FOREVER, failureLimit: 1 },
    result: { count: 1, failed: 1, ...LAST },
    then: 'Running',
  },
  {
    given: 'failures that do not count',
    metric: { ...FOREVER, failureLimit: -1, consecutiveSuccessLimit: 9 },
    result: { count: 99, failed: 99, ...LAST },
    then: 'Running',
  },
  {
    given: 'an inconclusive one',
    metric: FOREVER,
    result: { count: 1, inconclusive: 1, ...LAST },
    then: 'Inconclusive',
  },
  {
    given: 'four errors in a row',
    metric: FOREVER,
    result: { error: 4, consecutiveError: 4, ...LAST },
    then: 'Running',
  },
  { given: 'five errors in a row', metric: FOREVER, result: { error: 5, consecutiveError: 5, ...LAST }, then: 'Error' },
  {
    given: 'failure and inconclusive',
    metric: FOREVER,
    result: { count: 2, failed: 1, inconclusive: 1, ...LAST },
    then: 'Inconclusive',
  },
  {
    given: 'all three limits exceeded',
    metric: FOREVER,
    result: { failed: 1, inconclusive: 1, consecutiveError: 5, ...LAST },
    then: 'Error',
  },
  {
    given: 'the success streak',
    metric: { ...FOREVER, consecutiveSuccessLimit: 2 },
    result: { count: 2, consecutiveSuccess: 2, ...LAST },
    then: 'Successful',
  },
  {
    given: 'the streak and a failure too many',
    metric: { ...FOREVER, consecutiveSuccessLimit: 2 },
    result: { count: 3, failed: 1, consecutiveSuccess: 2, ...LAST },
    then: 'Failed',
  },
  {
    given: 'the count',
    metric: { ...FOREVER, count: 3, failureLimit: 2 },
    result: { count: 3, failed: 2, ...LAST },
    then: 'Successful',
  },
  { given: 'not yet the count', metric: { ...FOREVER, count: 3 }, result: { count: 2, ...LAST }, then: 'Running' },
  { given: 'a negative count', metric: { count: -1 }, result: { count: 1, ...LAST }, then: 'Successful' },
  {
    given: 'the count, neither side decided',
    metric: { ...FOREVER, count: 4, failureLimit: 2, consecutiveSuccessLimit: 2 },
    result: { count: 4, failed: 2, ...LAST },
    then: 'Inconclusive',
  },
  {
    given: 'the count without the streak, failures counted by default',
    metric: { ...FOREVER, count: 2, consecutiveSuccessLimit: 2, inconclusiveLimit: 1 },
    result: { count: 2, inconclusive: 1, ...LAST },
    then: 'Inconclusive',
  },
  {
    given: 'the count without the streak',
    metric: { ...FOREVER, count: 3, failureLimit: -1, consecutiveSuccessLimit: 2 },
    result: { count: 3, ...LAST },
    then: 'Failed',
  },
  {
    given: 'tolerated errors, terminating',
    metric: FOREVER,
    result: { error: 2, consecutiveError: 2, ...LAST },
    terminating: true,
    then: 'Successful',
  },
  {
    given: 'a failure, terminating',
    metric: FOREVER,
    result: { count: 1, failed: 1, ...LAST },
    terminating: true,
    then: 'Failed',
  },
];

describe('given a metric and its result, when it is assessed', () => {
  it.each(CASES)('given $given, then $then', ({ metric = {}, result, terminating = false, then }) => {
    expect(assessMetric(aMetric(metric), { name: 'm', phase: 'Running', ...result }, terminating)).toBe(then);
  });
});

describe('given an assessed result, when its message is written', () => {
  const failed: MetricResult = { name: 'm', phase: 'Running', count: 1, failed: 1, message: 'old', ...LAST };

  it('given a new phase, then it is that of the last measurement', () => {
    expect(assessResult(aMetric(), failed, { terminating: false, dryRun: false })).toMatchObject({
      phase: 'Failed',
      message: 'last',
    });
  });

  it('given a last measurement without message, then there is none', () => {
    const silent = { ...failed, measurements: [measured('Failed', 0)] };
    expect(assessResult(aMetric(), silent, { terminating: false, dryRun: false })).not.toHaveProperty('message');
  });

  it('given the same phase, then it stays', () => {
    const running = { ...failed, failed: 0 };
    expect(assessResult(aMetric(FOREVER), running, { terminating: false, dryRun: false }).message).toBe('old');
  });

  it.each(['Running', 'Failed'])('given a dry-run metric, %s before, then it tells the reason', (phase) => {
    const message = 'Metric assessed Failed due to failed (1) > failureLimit (0)';
    expect(assessResult(aMetric(), { ...failed, phase }, { terminating: false, dryRun: true }).message).toBe(message);
  });

  it('given a dry-run metric without reason, then the message is the ordinary one', () => {
    const good = { ...failed, failed: 0, successful: 1 };
    expect(assessResult(aMetric(), good, { terminating: false, dryRun: true }).message).toBe('last');
  });
});
