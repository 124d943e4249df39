import { describe, expect, it } from '@jest/globals';
import type { ReadQuery } from '#core/lint/readers.ts';
import { readQuery } from '../../../../cli/lint/read-query.ts';

function read(query: string): ReadQuery {
  const facts = readQuery(query);
  if (facts.state !== 'read') throw new Error(`${query} is ${facts.state}`);
  return facts;
}

describe('given histogram quantiles', () => {
  it.each([
    { of: 'rate(x_bucket[5m])', buckets: 'not summed' },
    { of: 'sum by (le) (rate(x_bucket[5m]))', buckets: 'summed' },
    { of: 'sum(rate(x_bucket[5m])) by (job, le)', buckets: 'summed' },
    { of: 'sum without (pod) (rate(x_bucket[5m]))', buckets: 'summed' },
    { of: 'sum without (le) (rate(x_bucket[5m]))', buckets: 'le is lost' },
    { of: 'sum(rate(x_bucket[5m]))', buckets: 'le is lost' },
    { of: 'sum(sum by (le) (rate(x_bucket[5m])))', buckets: 'le is lost' },
    { of: 'sum(rate(native[5m]))', buckets: 'summed' },
    { of: 'rate(native[5m])', buckets: 'not summed' },
    { of: 'job:x_bucket:rate5m', buckets: 'summed' },
    { of: 'sum by (le) (rate(x_bucket[5m])) * 2', buckets: 'summed' },
  ])('when $of is given, then its buckets are $buckets', ({ of, buckets }) => {
    expect(read(`histogram_quantile(0.95, ${of})`).quantiles).toEqual([{ at: 0, buckets }]);
  });
});

describe('given arguments in a query', () => {
  it.each([
    'rate(x{a="{{args.a}}"}[{{args.window}}])',
    'rate(x[{{args.minutes}}m])',
    'rate({{args.metric}}[5m])',
    '{{args.metric}}{a="b"}',
    'app_{{args.metric}}_total > {{args.limit}}',
    'x offset {{args.offset}}',
    'sum by ({{args.label}}) (x)',
    'quantile({{ args.quantile }}, x)',
  ])('when %s is read, then it parses', (query) => {
    expect(readQuery(query).state).toBe('read');
  });

  it('when one stands for an operator, then nothing is said', () => {
    expect(readQuery('a {{args.operator}} b')).toEqual({ state: 'open' });
  });

  it('when they stand in texts only, then what is broken is told, and where', () => {
    expect(readQuery('sum(x{a="{{args.a}}"}')).toMatchObject({ state: 'broken', at: 21 });
  });

  it('then their names are in the matchers', () => {
    const [selector] = read('rate(x{a="{{args.a}}", b!=\'c\'}[90s])').selectors;
    expect(selector).toEqual({
      at: 5,
      metric: 'x',
      matchers: [
        { label: 'a', value: '{{args.a}}' },
        { label: 'b', value: 'c' },
      ],
      range: 90_000,
    });
  });
});

it('given lines, when the second is broken, then the place counts from the beginning', () => {
  expect(readQuery('sum(\n  x{a=}\n)')).toMatchObject({ state: 'broken', at: 11 });
});
