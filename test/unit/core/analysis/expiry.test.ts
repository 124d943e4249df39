import { describe, expect, it } from '@jest/globals';
import { isExpired } from '#core/analysis/expiry.ts';
import { aRun, at, stamp } from './builders.ts';

const ALL = { secondsAfterCompletion: 30, secondsAfterSuccess: 10, secondsAfterFailure: 20 };

describe('given a completed run, when it is asked whether it may go', () => {
  it.each([
    { phase: 'Successful', strategy: ALL, seconds: 10.9, then: false },
    { phase: 'Successful', strategy: ALL, seconds: 11, then: true },
    { phase: 'Failed', strategy: ALL, seconds: 20, then: false },
    { phase: 'Failed', strategy: ALL, seconds: 21, then: true },
    { phase: 'Error', strategy: ALL, seconds: 21, then: false },
    { phase: 'Error', strategy: ALL, seconds: 31, then: true },
    { phase: 'Inconclusive', strategy: ALL, seconds: 31, then: true },
    { phase: 'Successful', strategy: { secondsAfterCompletion: 5 }, seconds: 6, then: true },
    { phase: 'Failed', strategy: { secondsAfterCompletion: 5 }, seconds: 6, then: true },
    { phase: 'Error', strategy: { secondsAfterFailure: 0, secondsAfterSuccess: 0 }, seconds: 99, then: false },
    { phase: 'Successful', strategy: { secondsAfterSuccess: 0 }, seconds: 0.9, then: false },
    { phase: 'Successful', strategy: { secondsAfterSuccess: 0 }, seconds: 1, then: true },
    { phase: 'Successful', strategy: undefined, seconds: 9999, then: false },
    { phase: 'Running', strategy: ALL, seconds: 9999, then: false },
  ])('given $phase for $seconds s with $strategy, then $then', ({ phase, strategy, seconds, then }) => {
    const spec = strategy === undefined ? {} : { ttlStrategy: strategy };
    expect(isExpired(aRun(spec, { phase, completedAt: stamp(0) }), at(seconds))).toBe(then);
  });

  it('given it never started, then it has no end to count from', () => {
    expect(isExpired(aRun({ ttlStrategy: ALL }, { phase: 'Error' }), at(9999))).toBe(false);
  });
});
