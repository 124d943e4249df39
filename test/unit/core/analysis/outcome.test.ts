import { describe, expect, it } from '@jest/globals';
import { outcomeOf, summaryOf, type AssessedMetric } from '#core/analysis/outcome.ts';
import type { Metric, MetricResult } from '#core/resources/argo.ts';
import { aMetric, aRun } from './builders.ts';

const RUN = aRun();
const TERMINATED = aRun({ terminate: true });

function metric(name: string, result?: Partial<MetricResult>, fields: Partial<Metric> = {}): AssessedMetric {
  const assessed = result && { name, phase: 'Running', ...result };
  return { metric: aMetric({ name, ...fields }), result: assessed, dryRun: false };
}

function dry(assessed: AssessedMetric): AssessedMetric {
  return { ...assessed, dryRun: true };
}

const GOOD = metric('good', { phase: 'Successful', count: 1, successful: 1 });
const FAILED = metric('failed', { phase: 'Failed', count: 1, failed: 1 });
const ERROR = metric('error', { phase: 'Error', error: 5, consecutiveError: 5, message: 'code: 500' });
const UNCLEAR = metric('unclear', { phase: 'Inconclusive', count: 1, inconclusive: 1 });
const RUNNING = metric('running', { phase: 'Running', count: 1 });
const UNMEASURED = metric('unmeasured');
const STREAKLESS = metric(
  'streakless',
  { phase: 'Failed', count: 3, failed: 2 },
  { failureLimit: -1, consecutiveSuccessLimit: 2 },
);

const FAILED_TEXT = 'Metric "failed" assessed Failed due to failed (1) > failureLimit (0)';
const ERROR_TEXT =
  'Metric "error" assessed Error due to consecutiveErrors (5) > consecutiveErrorLimit (4): "Error Message: code: 500"';
const UNCLEAR_TEXT = 'Metric "unclear" assessed Inconclusive due to inconclusive (1) > inconclusiveLimit (0)';

describe('given assessed metrics, when the outcome of the run is asked for', () => {
  it.each([
    { given: [GOOD], then: ['Successful', ''] },
    { given: [FAILED], then: ['Failed', FAILED_TEXT] },
    { given: [UNCLEAR, ERROR, FAILED, GOOD], then: ['Failed', FAILED_TEXT] },
    { given: [UNCLEAR, ERROR], then: ['Error', ERROR_TEXT] },
    { given: [ERROR, UNCLEAR], then: ['Error', ERROR_TEXT] },
    { given: [GOOD, RUNNING], then: ['Running', ''] },
    { given: [FAILED, RUNNING], then: ['Running', ''] },
    { given: [GOOD, UNMEASURED], then: ['Running', ''] },
    { given: [UNCLEAR, STREAKLESS], then: ['Failed', UNCLEAR_TEXT] },
    { given: [STREAKLESS], then: ['Failed', ''] },
    { given: [STREAKLESS, FAILED], then: ['Failed', ''] },
    { given: [dry(FAILED)], then: ['Successful', ''] },
    { given: [dry(FAILED), UNCLEAR], then: ['Inconclusive', UNCLEAR_TEXT] },
    { given: [GOOD, dry(RUNNING)], then: ['Running', ''] },
    { given: [GOOD, dry(ERROR)], then: ['Successful', ''] },
  ])('given $given.length metrics, then $then', ({ given, then: [phase, message] }) => {
    expect(outcomeOf(given, RUN, false)).toEqual({ phase, message });
  });

  it('given two equally severe ones, then the first gives the message', () => {
    const second = metric('second', { phase: 'Failed', count: 1, failed: 1 });
    expect(outcomeOf([FAILED, second], RUN, false).message).toBe(FAILED_TEXT);
  });
});

describe('given a run that terminates, when its outcome is asked for, then unfinished metrics do not hold it', () => {
  it.each([
    { given: [UNMEASURED], run: RUN, then: ['Successful', ''] },
    { given: [FAILED, RUNNING], run: RUN, then: ['Failed', FAILED_TEXT] },
    { given: [UNMEASURED], run: TERMINATED, then: ['Successful', 'Run Terminated'] },
    { given: [GOOD], run: TERMINATED, then: ['Successful', 'Run Terminated'] },
    { given: [FAILED, UNMEASURED], run: TERMINATED, then: ['Failed', FAILED_TEXT] },
    { given: [STREAKLESS], run: TERMINATED, then: ['Failed', 'Run Terminated'] },
    { given: [dry(FAILED), UNMEASURED], run: TERMINATED, then: ['Successful', 'Run Terminated'] },
  ])('given $given.length metrics, then $then', ({ given, run, then: [phase, message] }) => {
    expect(outcomeOf(given, run, true)).toEqual({ phase, message });
  });
});

describe('given assessed metrics, when they are summed up', () => {
  it('then metrics are counted, not measurements, and only completed ones have a slot', () => {
    expect(summaryOf([GOOD, FAILED, ERROR, UNCLEAR, RUNNING, UNMEASURED])).toEqual({
      count: 6,
      successful: 1,
      failed: 1,
      error: 1,
      inconclusive: 1,
    });
  });

  it('given a failure that no limit explains, then it counts as successful', () => {
    expect(summaryOf([STREAKLESS])).toEqual({ count: 1, successful: 1 });
  });

  it('given none, then the summary is empty', () => {
    expect(summaryOf([])).toEqual({});
  });
});
