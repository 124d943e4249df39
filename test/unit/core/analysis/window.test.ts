import { describe, expect, it } from '@jest/globals';
import { windowOf } from '#core/analysis/window.ts';
import { aMetric, at, stamp } from './builders.ts';

const HOUR = 3600;

function prometheus(query: string) {
  return aMetric({ provider: { prometheus: { address: 'http://p', query } } });
}

describe('given a query, when it is asked how far back it looks', () => {
  it.each([
    { given: 'up', then: 0 },
    { given: 'rate(x[5m])', then: 300 },
    { given: 'rate(x[ 312s ])', then: 312 },
    { given: 'rate(x[1h30m])', then: 5400 },
    { given: 'rate(x[300])', then: 300 },
    { given: 'rate(x[5m]) / rate(y[1h])', then: HOUR },
    { given: 'rate(x[5m] offset 1h)', then: 300 + HOUR },
    { given: 'x offset 10m', then: 600 },
    { given: 'max_over_time(rate(x[5m])[1h:])', then: 300 + HOUR },
    { given: 'max_over_time(rate(x[5m])[1h:30s])', then: 300 + HOUR },
    { given: 'x{path="[5m]"}', then: 0 },
    { given: String.raw`x{path="\"[5m]"}`, then: 0 },
  ])('given $given, then $then s', ({ given, then }) => {
    const window = then === 0 ? { at: stamp(9 * HOUR) } : { from: stamp(9 * HOUR - then), to: stamp(9 * HOUR) };
    expect(windowOf(prometheus(given), at(9 * HOUR))).toEqual(window);
  });
});

describe('given a range query, when it is asked for its window', () => {
  it.each([
    { given: { start: 'now() - duration("10m")', end: 'now()', step: '1m' }, then: { from: stamp(0), to: stamp(600) } },
    { given: { start: 'nonsense', end: 'now()', step: '1m' }, then: { at: stamp(600) } },
  ])('given $given, then $then', ({ given, then }) => {
    const metric = aMetric({ provider: { prometheus: { address: 'http://p', query: 'x', rangeQuery: given } } });
    expect(windowOf(metric, at(600))).toEqual(then);
  });
});

it('given another provider, when it is asked for its window, then it is the instant', () => {
  expect(windowOf(aMetric(), at(5))).toEqual({ at: stamp(5) });
});
