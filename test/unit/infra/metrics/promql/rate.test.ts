import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { delta, increase, irate, rate } from '../../../../../infra/local/metrics/promql/rate.ts';
import type { Window } from '../../../../../infra/local/metrics/promql/value.ts';
import { aSeries, ask, every, sourceOf } from './series-of.ts';

/** A minute, with points at these seconds. */
function minute(...points: readonly (readonly [second: number, value: number])[]): Window {
  return {
    labels: {},
    points: points.map(([second, value]) => ({ at: second * 1_000, value })),
    from: 0,
    to: 60_000,
  };
}

describe('the rate of a counter over a minute', () => {
  it.each([
    {
      given: 'points 15 s apart that reach both ends within a scrape',
      points: [
        [10, 100],
        [25, 130],
        [40, 160],
        [55, 190],
      ] as const,
      // 90 over 45 s; 10 s and 5 s to the ends are below 1.1 × 15 s: stretched to the whole minute
      increase: 90 * (60 / 45),
    },
    {
      given: 'a first point far from the start',
      points: [
        [40, 100],
        [50, 110],
        [60, 120],
      ] as const,
      // 40 s to the start is above 1.1 × 10 s: only half a step is added
      increase: 20 * ((20 + 5) / 20),
    },
    {
      given: 'a last point far from the end',
      points: [
        [5, 100],
        [10, 110],
        [15, 120],
      ] as const,
      // 5 s to the start; 45 s to the end becomes 2.5 s
      increase: 20 * ((10 + 5 + 2.5) / 10),
    },
    {
      given: 'a counter that began shortly before its first point',
      points: [
        [10, 2],
        [25, 32],
        [40, 62],
        [55, 92],
      ] as const,
      // it grew 2 a second, so it was zero 1 s before its first point and not 10 s
      increase: 90 * ((45 + 1 + 5) / 45),
    },
    {
      given: 'a counter that starts at zero',
      points: [
        [10, 0],
        [25, 30],
        [40, 60],
        [55, 90],
      ] as const,
      increase: 90 * ((45 + 5) / 45),
    },
    {
      given: 'a reset in the middle',
      points: [
        [15, 100],
        [30, 130],
        [45, 10],
        [60, 40],
      ] as const,
      // 30, then 10 since the restart, then 30
      increase: 70 * (60 / 45),
    },
    {
      given: 'two resets',
      points: [
        [0, 50],
        [20, 5],
        [40, 3],
        [60, 9],
      ] as const,
      // 5, then 3, then 6: what stood before each reset is added to 9 - 50
      increase: 14,
    },
    {
      given: 'a first point 1.2 steps from the start',
      points: [
        [12, 1_000],
        [22, 1_010],
        [32, 1_020],
        [42, 1_030],
        [52, 1_040],
      ] as const,
      // 12 s is above 1.1 × 10 s: half a step; 8 s to the end are not
      increase: 40 * ((40 + 5 + 8) / 40),
    },
    {
      given: 'no growth',
      points: [
        [0, 7],
        [60, 7],
      ] as const,
      increase: 0,
    },
  ])('given $given', ({ points, increase: expected }) => {
    expect(increase(minute(...points))).toBeCloseTo(expected, 10);
    expect(rate(minute(...points))).toBeCloseTo(expected / 60, 10);
  });

  it.each([
    { given: 'one point', points: [[30, 5]] as const },
    { given: 'no point', points: [] as const },
  ])('given $given, there is no answer', ({ points }) => {
    for (const compute of [rate, increase, delta, irate]) expect(compute(minute(...points))).toBeUndefined();
  });

  it('given a gauge that falls, delta is negative and knows no resets', () => {
    expect(delta(minute([0, 100], [30, 40], [60, 70]))).toBe(-30);
  });

  it.each([
    {
      given: 'growth',
      points: [
        [0, 0],
        [50, 10],
        [55, 40],
      ] as const,
      expected: 6,
    },
    {
      given: 'a reset between the last two',
      points: [
        [0, 0],
        [50, 100],
        [55, 20],
      ] as const,
      expected: 4,
    },
  ])('given $given, irate sees the last two points only', ({ points, expected }) => {
    expect(irate(minute(...points))).toBe(expected);
  });

  it('a counter of constant slope has that rate, wherever the window cuts it', () => {
    const slope = fc.integer({ min: 1, max: 1_000 });
    const step = fc.integer({ min: 1, max: 20 });
    const end = fc.integer({ min: 100, max: 400 });
    fc.assert(
      fc.property(slope, step, end, (perSecond, seconds, at) => {
        const counter = every(
          seconds,
          Array.from({ length: 600 }, (_, index) => 10_000_000 + index * seconds * perSecond),
        );
        const [[, value]] = ask('rate(c[1m])', at, sourceOf(aSeries('c', {}, counter))) as [[object, number]];
        expect(value).toBeCloseTo(perSecond, 6);
      }),
      { numRuns: 200 },
    );
  });

  it('resets never make a rate negative', () => {
    const values = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(values, (counted) => {
        const points = counted.map((value, index) => [index * 5, value] as const);
        expect(rate(minute(...points))).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a range selector', () => {
  const counter = sourceOf(aSeries('c', {}, every(10, [0, 1, 2, 3, 4, 5, 6])));

  it('given a sample exactly at the left end, it is left out; at the right end it is in', () => {
    expect(ask('c[20s]', 40, counter)).toEqual([[{ __name__: 'c' }, [3, 4]]]);
  });

  it('given an offset, the window moves back', () => {
    expect(ask('c[20s] offset 10s', 40, counter)).toEqual([[{ __name__: 'c' }, [2, 3]]]);
    expect(ask('c[20s] offset -10s', 40, counter)).toEqual([[{ __name__: 'c' }, [4, 5]]]);
  });

  it('given a stale marker in the window, it is no point', () => {
    const ended = sourceOf(aSeries('c', {}, { 0: 1, 10: 2, 20: null }));
    expect(ask('c[1m]', 30, ended)).toEqual([[{ __name__: 'c' }, [1, 2]]]);
  });
});
