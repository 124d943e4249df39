import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { QueryError } from '../../../../../infra/local/metrics/promql/errors.ts';
import { queryInstant, queryRange } from '../../../../../infra/local/metrics/promql/query.ts';
import { aSeries, ask, every, sourceOf } from './series-of.ts';

const NO_SERIES = sourceOf();

/** The answers of one pod: 10 a second well, 1 a second not; at second 300 each has 31 samples. */
const REQUESTS = sourceOf(
  aSeries('requests_total', { service: 'shop', status: '200' }, every(10, count(31, 100))),
  aSeries('requests_total', { service: 'shop', status: '503' }, every(10, count(31, 10))),
  aSeries('requests_total', { service: 'cart', status: '200' }, every(10, count(31, 50))),
);

const GAUGES = sourceOf(
  aSeries('used', { pod: 'a', zone: 'x' }, { 60: 3 }),
  aSeries('used', { pod: 'b', zone: 'y' }, { 60: -2 }),
  aSeries('limit', { pod: 'a', zone: 'x' }, { 60: 4 }),
  aSeries('limit', { pod: 'b', zone: 'y' }, { 60: 0 }),
  aSeries('zero', {}, { 60: 0 }),
  aSeries('broken', { pod: 'a' }, { 60: Number.NaN }),
  aSeries('broken', { pod: 'b' }, { 60: 7 }),
  aSeries('half', {}, { 60: 2.5 }),
);

function count(samples: number, step: number): readonly number[] {
  return Array.from({ length: samples }, (_, index) => index * step);
}

describe('the success rate of the guidelines', () => {
  const successRate = (service: string) =>
    `sum(rate(requests_total{service="${service}", status!~"5.."}[5m])) / sum(rate(requests_total{service="${service}"}[5m]))`;

  it('given 10 of 11 good answers a second, it is 10/11', () => {
    const [[labels, value]] = ask(successRate('shop'), 300, REQUESTS) as [[object, number]];
    expect(labels).toEqual({});
    expect(value).toBeCloseTo(10 / 11, 12);
  });

  it.each([
    { given: 'a service that does not exist', service: 'nowhere', second: 300 },
    { given: 'one sample so far', service: 'shop', second: 9 },
    { given: 'samples that are all too old', service: 'shop', second: 1_000 },
  ])('given $given, the answer is empty', ({ service, second }) => {
    expect(ask(successRate(service), second, REQUESTS)).toEqual([]);
  });

  it('given no traffic, it is 0/0', () => {
    const idle = sourceOf(aSeries('requests_total', { service: 'shop', status: '200' }, every(10, Array(31).fill(5))));
    expect(ask(successRate('shop'), 300, idle)).toEqual([[{}, Number.NaN]]);
  });
});

describe('a selector', () => {
  it.each([
    { given: 'equal', query: 'used{pod="a"}', pods: ['a'] },
    { given: 'not equal', query: 'used{pod!="a"}', pods: ['b'] },
    { given: 'a pattern', query: 'used{pod=~"a|c"}', pods: ['a'] },
    { given: 'a pattern that must not match', query: 'used{pod!~"a|c"}', pods: ['b'] },
    { given: 'a label that no series has', query: 'used{team=""}', pods: ['a', 'b'] },
    { given: 'the name as a label', query: '{__name__="used", pod="b"}', pods: ['b'] },
    { given: 'names in quotes', query: '{"used", "pod"="b"}', pods: ['b'] },
    { given: 'a label named like a part of JavaScript', query: 'used{__proto__=""}', pods: ['a', 'b'] },
  ])('given $given, takes the series that match', ({ query, pods }) => {
    const found = ask(query, 60, GAUGES) as readonly [{ readonly pod: string }, number][];
    expect(found.map(([{ pod }]) => pod)).toEqual(pods);
  });

  it('looks back 5 minutes, but not a moment longer', () => {
    expect(ask('zero', 359.999, GAUGES)).toEqual([[{ __name__: 'zero' }, 0]]);
    expect(ask('zero', 360, GAUGES)).toEqual([]);
  });

  it('given an offset, sees what was', () => {
    expect(ask('zero offset 10m', 660, GAUGES)).toEqual([[{ __name__: 'zero' }, 0]]);
    expect(ask('zero offset -50s', 10, GAUGES)).toEqual([[{ __name__: 'zero' }, 0]]);
  });

  it('given a series that has ended, does not see it any more', () => {
    const ended = sourceOf(aSeries('up', {}, { 0: 1, 10: null }));
    expect(ask('up', 9, ended)).toEqual([[{ __name__: 'up' }, 1]]);
    expect(ask('up', 11, ended)).toEqual([]);
  });
});

describe('numbers', () => {
  it.each([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['2 ^ 3 ^ 2', 512],
    ['-1 ^ 2', -1],
    ['(-1) ^ 2', 1],
    ['2 ^ -1', 0.5],
    ['-7 % 3', -1],
    ['1 / 0', Infinity],
    ['-1 / 0', -Infinity],
    ['0 / 0', Number.NaN],
    ['1 ^ NaN', 1],
    ['1 atan2 1', Math.PI / 4],
    ['1 == bool 1', 1],
    ['NaN == bool NaN', 0],
    ['NaN != bool NaN', 1],
    ['2 > bool 3', 0],
    ['0x1F', 31],
    ['1_000', 1_000],
    ['1e3', 1_000],
    ['.5', 0.5],
    ['5m', 300],
    ['1h30m', 5_400],
    ['1d', 86_400],
    ['1w', 604_800],
    ['1y', 31_536_000],
    ['100ms', 0.1],
    ['-inf', -Infinity],
    ['time()', 60],
    ['scalar(zero)', 0],
    ['scalar(used)', Number.NaN],
    ['1 # a comment', 1],
  ])('%s is %d', (query, value) => {
    expect(ask(query, 60, GAUGES)).toBe(value);
  });
});

describe('vectors', () => {
  const A = { pod: 'a', zone: 'x' };
  const B = { pod: 'b', zone: 'y' };
  const used = (labels: object) => ({ __name__: 'used', ...labels });

  it.each([
    // with a number
    {
      query: 'used * 2',
      then: [
        [A, 6],
        [B, -4],
      ],
    },
    {
      query: '1 - used',
      then: [
        [A, -2],
        [B, 3],
      ],
    },
    {
      query: '-used',
      then: [
        [A, -3],
        [B, 2],
      ],
    },
    {
      query: '+used',
      then: [
        [used(A), 3],
        [used(B), -2],
      ],
    },
    { query: 'used > 0', then: [[used(A), 3]] },
    { query: '0 < used', then: [[used(A), 3]] },
    {
      query: 'used > bool 0',
      then: [
        [A, 1],
        [B, 0],
      ],
    },
    // with a vector
    {
      query: 'used / limit',
      then: [
        [A, 0.75],
        [B, -Infinity],
      ],
    },
    { query: 'zero / zero', then: [[{}, Number.NaN]] },
    {
      query: 'used < limit',
      then: [
        [used(A), 3],
        [used(B), -2],
      ],
    },
    { query: 'used >= limit', then: [] },
    {
      query: 'used < bool limit',
      then: [
        [A, 1],
        [B, 1],
      ],
    },
    {
      query: 'used + on(pod) limit',
      then: [
        [{ pod: 'a' }, 7],
        [{ pod: 'b' }, -2],
      ],
    },
    {
      query: 'used + ignoring(zone) limit',
      then: [
        [{ pod: 'a' }, 7],
        [{ pod: 'b' }, -2],
      ],
    },
    { query: 'used / nothing', then: [] },
    { query: 'used / zero', then: [] },
    // sets
    { query: 'used and on(pod) limit{pod="a"}', then: [[used(A), 3]] },
    { query: 'used unless limit{pod="a"}', then: [[used(B), -2]] },
    {
      query: 'used{pod="a"} or used',
      then: [
        [used(A), 3],
        [used(B), -2],
      ],
    },
    { query: 'sum(nothing) or vector(0)', then: [[{}, 0]] },
    { query: 'sum(used) or vector(0)', then: [[{}, 1]] },
    // aggregations
    { query: 'sum(used)', then: [[{}, 1]] },
    {
      query: 'sum by (zone) (used)',
      then: [
        [{ zone: 'x' }, 3],
        [{ zone: 'y' }, -2],
      ],
    },
    {
      query: 'sum(used) without (pod)',
      then: [
        [{ zone: 'x' }, 3],
        [{ zone: 'y' }, -2],
      ],
    },
    { query: 'sum by (team) (used)', then: [[{}, 1]] },
    { query: 'avg(used)', then: [[{}, 0.5]] },
    { query: 'min(used)', then: [[{}, -2]] },
    { query: 'max(used)', then: [[{}, 3]] },
    { query: 'min(broken)', then: [[{}, 7]] },
    { query: 'max(broken)', then: [[{}, 7]] },
    { query: 'count(used)', then: [[{}, 2]] },
    { query: 'group(used)', then: [[{}, 1]] },
    { query: 'count by (__name__) (used)', then: [[{ __name__: 'used' }, 2]] },
    { query: 'sum(nothing)', then: [] },
    // functions
    {
      query: 'abs(used)',
      then: [
        [A, 3],
        [B, 2],
      ],
    },
    {
      query: 'clamp(used, -1, 1)',
      then: [
        [A, 1],
        [B, -1],
      ],
    },
    { query: 'clamp(used, 1, -1)', then: [] },
    {
      query: 'clamp_min(used, 0)',
      then: [
        [A, 3],
        [B, 0],
      ],
    },
    {
      query: 'clamp_max(used, 0)',
      then: [
        [A, 0],
        [B, -2],
      ],
    },
    { query: 'ceil(half)', then: [[{}, 3]] },
    { query: 'floor(half)', then: [[{}, 2]] },
    { query: 'round(half)', then: [[{}, 3]] },
    { query: 'round(half, 5)', then: [[{}, 5]] },
    { query: 'vector(4)', then: [[{}, 4]] },
    { query: 'absent(used)', then: [] },
    { query: 'absent(nothing{a="b", c=~"d", e="f", e="g"})', then: [[{ a: 'b' }, 1]] },
    { query: 'absent(sum(nothing))', then: [[{}, 1]] },
  ])('$query', ({ query, then }) => {
    expect(ask(query, 60, GAUGES)).toEqual(then);
  });

  it.each([
    { of: 'avg', then: 2 },
    { of: 'min', then: 1 },
    { of: 'max', then: 3 },
    { of: 'sum', then: 6 },
    { of: 'count', then: 3 },
  ])('$of over time', ({ of, then }) => {
    const gauge = sourceOf(aSeries('g', {}, { 10: 1, 20: 3, 30: 2 }));
    expect(ask(`${of}_over_time(g[1m])`, 30, gauge)).toEqual([[{}, then]]);
  });

  it('come in the order of their labels, whatever the order of the series', () => {
    const pods = ['c', 'a', 'd', 'b'].map((pod) => aSeries('up', { pod }, { 60: 1 }));
    const found = ask('up', 60, sourceOf(...pods)) as readonly [{ readonly pod: string }, number][];
    expect(found.map(([{ pod }]) => pod)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('sum by a label divides the sum, nothing is lost and nothing counted twice', () => {
    const series = fc.array(
      fc.record({ zone: fc.constantFrom('x', 'y', ''), value: fc.integer({ min: -1_000, max: 1_000 }) }),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(series, (given) => {
        const source = sourceOf(
          ...given.map(({ zone, value }, index) => aSeries('g', { pod: `${index}`, zone }, { 60: value })),
        );
        const parts = ask('sum by (zone) (g)', 60, source) as readonly [object, number][];
        expect(parts).toHaveLength(new Set(given.map(({ zone }) => zone)).size);
        expect([[{}, parts.reduce((sum, [, value]) => sum + value, 0)]]).toEqual(ask('sum(g)', 60, source));
      }),
      { numRuns: 100 },
    );
  });
});

describe('a query that has no answer', () => {
  it.each([
    // not PromQL
    { query: '', names: 'no expression' },
    { query: '  ', names: 'no expression' },
    { query: 'used{', names: 'unexpected end of input' },
    { query: 'used[5m', names: 'unexpected end of input' },
    { query: 'used +', names: 'unexpected end of input' },
    { query: 'used used', names: '1:6: parse error: unexpected "used"' },
    { query: 'used\n  + )', names: '2:5: parse error' },
    { query: 'frobnicate(used)', names: 'unknown function with name "frobnicate"' },
    { query: 'used{pod="a\\z"}', names: 'invalid string' },
    { query: 'used{pod=~"("}', names: 'missing closing )' },
    { query: '{}', names: 'at least one non-empty matcher' },
    { query: '{pod=~".*"}', names: 'at least one non-empty matcher' },
    { query: 'used{__name__="limit"}', names: 'metric name must not be set twice' },
    // types that do not fit
    { query: 'rate(used)', names: 'expected type range vector in call to function "rate", got instant vector' },
    { query: 'rate(used[5m], 1)', names: 'expected 1 argument(s) in call to "rate", got 2' },
    { query: 'round()', names: 'in call to "round", got 0' },
    { query: 'sum(used[5m])', names: 'expected type instant vector in aggregation expression, got range vector' },
    { query: 'sum(used, used)', names: 'wrong number of arguments for aggregate' },
    { query: 'used[5m] + 1', names: 'only scalar and instant vector types' },
    { query: '-(used[5m])', names: 'unary expression' },
    { query: '1 == 1', names: 'must use BOOL modifier' },
    { query: 'used + bool 1', names: 'bool modifier' },
    { query: 'used and 1', names: 'set operator "and"' },
    { query: 'used + on(pod) 1', names: 'vector matching only allowed between instant vectors' },
    { query: '(used)[5m]', names: 'ranges only allowed for vector selectors' },
    { query: 'used offset 1m [5m]', names: 'no offset modifiers allowed before range' },
    { query: 'used[0s]', names: 'duration must be greater than 0' },
    { query: '(used) offset 1m', names: 'offset modifier must be preceded by' },
    { query: 'used offset 1m offset 1m', names: 'offset may not be set multiple times' },
  ])('given $query, it is bad_data: $names', ({ query, names }) => {
    expect(failureOf(query)).toMatchObject({ errorType: 'bad_data', message: expect.stringContaining(names) });
  });

  it.each([
    { query: 'topk(2, used)', names: 'not supported: aggregation topk' },
    { query: 'quantile(0.5, used)', names: 'aggregation quantile' },
    { query: '1 + predict_linear(used[5m], 60)', names: '1:5: not supported: function predict_linear' },
    { query: 'label_replace(used, "a", "b", "c", "d")', names: 'function label_replace' },
    { query: 'used[5m:1m]', names: 'subquery' },
    { query: 'used - used offset 1m', names: 'offset behind an operator without parentheses' },
    { query: 'used @ 60', names: '@ modifier' },
    { query: 'used[5m + 1m]', names: 'duration expression' },
    { query: 'used * on(pod) group_left limit', names: 'group_left' },
    { query: 'used * ignoring(zone) group_right(zone) limit', names: 'group_right' },
    { query: 'used </ 5', names: 'operator </' },
    { query: '"text"', names: 'a string as an expression' },
    { query: 'used{pod=~"a(?=b)"}', names: 'the group (?=' },
    { query: '1 + '.repeat(6_000) + '1', names: 'more than 20000 characters' },
    { query: '('.repeat(300) + '1' + ')'.repeat(300), names: 'nested deeper' },
  ])('given what this source does not know, it names it: $names', ({ query, names }) => {
    expect(failureOf(query)).toMatchObject({ errorType: 'execution', message: expect.stringContaining(names) });
  });

  it.each([
    { query: 'used * on(nothing) limit', names: 'found duplicate series for the match group {}' },
    { query: 'used * on(nothing) zero', names: 'many-to-one matching must be explicit' },
    { query: 'abs({__name__=~"used|limit"})', names: 'same labelset: {pod="a", zone="x"}' },
  ])('given series that do not match up, it says which: $names', ({ query, names }) => {
    expect(failureOf(query)).toMatchObject({ errorType: 'execution', message: expect.stringContaining(names) });
  });

  it('never crashes on garbage: an answer or a QueryError', () => {
    const piece = fc.constantFrom(
      'used',
      'limit',
      'sum',
      'rate',
      '(',
      ')',
      '[5m]',
      '{',
      '}',
      'pod',
      '="a"',
      '=~"',
      'by',
      'on',
      'offset 1m',
      '+',
      '-',
      '/',
      '^',
      '> bool',
      '==',
      'and',
      '1',
      '0.5',
      'NaN',
      ',',
      'histogram_quantile',
      'vector',
      '"',
      '\\',
      '@',
      ':',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        try {
          queryInstant(pieces.join(' '), 60_000, GAUGES);
        } catch (error) {
          expect(error).toBeInstanceOf(QueryError);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  function failureOf(query: string): unknown {
    try {
      queryInstant(query, 60_000, GAUGES);
      return undefined;
    } catch (error) {
      return error instanceof QueryError ? error : undefined;
    }
  }
});

describe('a query over a range', () => {
  it('is the instant query at each step', () => {
    const found = queryRange(
      'sum by (service) (rate(requests_total[1m]))',
      { start: 60_000, end: 180_000, step: 30_000 },
      REQUESTS,
    );
    expect(found).toMatchObject({
      type: 'matrix',
      series: [{ labels: { service: 'cart' } }, { labels: { service: 'shop' } }],
    });
    const [, shop] = found.type === 'matrix' ? found.series : [];
    expect(shop?.points.map(({ at }) => at)).toEqual([60_000, 90_000, 120_000, 150_000, 180_000]);
    for (const { value } of shop?.points ?? []) expect(value).toBeCloseTo(11, 10);
  });

  it('given steps without an answer, they are left out', () => {
    const found = queryRange('zero', { start: 0, end: 120_000, step: 60_000 }, GAUGES);
    expect(found).toEqual({
      type: 'matrix',
      series: [
        {
          labels: { __name__: 'zero' },
          points: [
            { at: 60_000, value: 0 },
            { at: 120_000, value: 0 },
          ],
        },
      ],
    });
  });

  it('given a number, it is one series without labels', () => {
    const found = queryRange('time()', { start: 1_000, end: 2_000, step: 1_000 }, NO_SERIES);
    expect(found).toEqual({
      type: 'matrix',
      series: [
        {
          labels: {},
          points: [
            { at: 1_000, value: 1 },
            { at: 2_000, value: 2 },
          ],
        },
      ],
    });
  });

  it.each([
    { given: 'no step', range: { start: 0, end: 1, step: 0 }, names: 'zero or negative query resolution' },
    { given: 'an end before the start', range: { start: 1, end: 0, step: 1 }, names: 'end timestamp' },
    { given: 'too many steps', range: { start: 0, end: 11_001, step: 1 }, names: '11,000 points' },
  ])('given $given, it is an error', ({ range, names }) => {
    expect(() => queryRange('1', range, NO_SERIES)).toThrow(names);
  });

  it('given a range vector, it is an error', () => {
    expect(() => queryRange('zero[5m]', { start: 0, end: 1, step: 1 }, NO_SERIES)).toThrow('range vector');
  });
});
