import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bucketQuantile } from '../../../../../infra/local/metrics/promql/histogram-quantile.ts';
import { aSeries, ask, sourceOf } from './series-of.ts';

function buckets(counts: Readonly<Record<string, number>>) {
  return Object.entries(counts).map(([bound, count]) => ({ upperBound: Number(bound), count }));
}

describe('the quantile of a histogram', () => {
  const spread = { 0.1: 10, 0.2: 30, 0.5: 80, 1: 100, Infinity: 100 };

  it.each([
    { given: 'the middle of a bucket', quantile: 0.55, of: spread, then: 0.2 + 0.3 * (25 / 50) },
    { given: 'the end of a bucket', quantile: 0.3, of: spread, then: 0.2 },
    { given: 'the first bucket, which begins at 0', quantile: 0.05, of: spread, then: 0.05 },
    { given: 'quantile 0', quantile: 0, of: spread, then: 0 },
    {
      given: 'quantile 0 of an empty first bucket (nothing by nothing, in Go as here)',
      quantile: 0,
      of: { 1: 0, 2: 5, Infinity: 5 },
      then: Number.NaN,
    },
    { given: 'quantile 1', quantile: 1, of: spread, then: 1 },
    { given: 'observations above all finite bounds', quantile: 0.9, of: { 1: 50, Infinity: 100 }, then: 1 },
    { given: 'a first bound below zero', quantile: 0.1, of: { '-1': 50, 1: 60, Infinity: 60 }, then: -1 },
    { given: 'a count below the one before it', quantile: 0.5, of: { 1: 10, 2: 8, 4: 20, Infinity: 20 }, then: 1 },
    { given: 'no bucket +Inf', quantile: 0.5, of: { 1: 10, 2: 20 }, then: Number.NaN },
    { given: 'nothing but +Inf', quantile: 0.5, of: { Infinity: 20 }, then: Number.NaN },
    { given: 'no observations', quantile: 0.5, of: { 1: 0, Infinity: 0 }, then: Number.NaN },
    { given: 'no observations and a bound below zero', quantile: 0.5, of: { '-1': 0, Infinity: 0 }, then: Number.NaN },
    {
      given: 'counts that differ by rounding only',
      quantile: 1,
      of: { 1: 10, 2: 10.00000000001, Infinity: 10.00000000001 },
      then: 1,
    },
    { given: 'a quantile below 0', quantile: -0.1, of: spread, then: -Infinity },
    { given: 'a quantile above 1', quantile: 1.1, of: spread, then: Infinity },
    { given: 'quantile NaN', quantile: Number.NaN, of: spread, then: Number.NaN },
  ])('given $given', ({ quantile, of, then }) => {
    const found = bucketQuantile(quantile, buckets(of));
    if (Number.isFinite(then)) expect(found).toBeCloseTo(then, 12);
    else expect(found).toBe(then);
  });

  it('never falls as the quantile grows, and stays within the finite bounds', () => {
    const counts = fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 3, maxLength: 8 });
    const quantile = fc.double({ min: 0, minExcluded: true, max: 1, noNaN: true });
    fc.assert(
      fc.property(counts, quantile, quantile, (increments, a, b) => {
        fc.pre(increments.some((increment) => increment > 0));
        let count = 0;
        const cumulative = increments.map((increment, index) => ({
          upperBound: index === increments.length - 1 ? Infinity : index + 1,
          count: (count += increment),
        }));
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((each) => bucketQuantile(each, cumulative));
        expect(low).toBeLessThanOrEqual(high! + 1e-9);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(increments.length - 1);
      }),
      { numRuns: 300 },
    );
  });
});

describe('histogram_quantile over several series', () => {
  const bucket = (pod: string, le: string, count: number) => aSeries('h_bucket', { pod, le }, { 60: count });
  const source = sourceOf(
    bucket('b', '1', 10),
    bucket('b', '2', 10),
    bucket('b', '+Inf', 10),
    bucket('a', '1', 0),
    bucket('a', '2', 10),
    bucket('a', '+Inf', 10),
    aSeries('h_bucket', { pod: 'a' }, { 60: 99 }),
    aSeries('h_bucket', { pod: 'a', le: 'many' }, { 60: 99 }),
  );

  it('given no sum by (le), it answers per series, the first by label first', () => {
    expect(ask('histogram_quantile(0.5, h_bucket)', 60, source)).toEqual([
      [{ pod: 'a' }, 1.5],
      [{ pod: 'b' }, 0.5],
    ]);
  });

  it('given sum by (le), it answers once', () => {
    expect(ask('histogram_quantile(0.5, sum by (le) (h_bucket{le=~"1|2|[+]Inf"}))', 60, source)).toEqual([[{}, 1]]);
  });
});
