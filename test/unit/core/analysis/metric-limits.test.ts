import { describe, expect, it } from '@jest/globals';
import { effectiveCount, integerOf, limitsOf } from '#core/analysis/metric-limits.ts';
import { aMetric } from './builders.ts';

describe('given a number or a text, when its integer is asked for', () => {
  it.each([
    { given: 3, then: 3 },
    { given: '3', then: 3 },
    { given: '+3', then: 3 },
    { given: '-1', then: -1 },
    { given: '007', then: 7 },
    { given: 'many', then: 0 },
    { given: '50%', then: 0 },
    { given: '', then: 0 },
    { given: ' 3', then: 0 },
    { given: undefined, then: 0 },
  ])('given $given, then $then', ({ given, then }) => {
    expect(integerOf(given)).toBe(then);
  });
});

describe('given count and interval, when it is asked how many measurements complete the metric', () => {
  it.each([
    { given: {}, then: 1 },
    { given: { count: 0 }, then: 1 },
    { given: { count: 'many' }, then: 1 },
    { given: { interval: '10s' }, then: undefined },
    { given: { interval: '10s', count: 0 }, then: undefined },
    { given: { interval: '10s', count: '0' }, then: undefined },
    { given: { interval: '10s', count: 3 }, then: 3 },
    { given: { interval: '', count: '4' }, then: 4 },
    { given: { count: -2 }, then: -2 },
  ])('given $given, then $then', ({ given, then }) => {
    expect(effectiveCount(aMetric(given))).toBe(then);
  });
});

describe('given limits, when they are read', () => {
  it('given none, then four errors in a row are tolerated and nothing else', () => {
    expect(limitsOf(aMetric())).toEqual({ failure: 0, inconclusive: 0, consecutiveError: 4, consecutiveSuccess: 0 });
  });

  it('given texts that are no numbers, then they count as 0, not as absent', () => {
    expect(limitsOf(aMetric({ consecutiveErrorLimit: 'few' })).consecutiveError).toBe(0);
  });
});
