import { describe, expect, it } from '@jest/globals';
import { askedQuery, isQuery } from '#core/template-test/asked-query.ts';

describe('given the settings of a provider', () => {
  it.each([
    { provider: { prometheus: { address: 'http://p', query: 'up' } }, then: 'up' },
    { provider: { web: { url: 'https://example.test/x' } }, then: 'https://example.test/x' },
    { provider: { datadog: { queries: { a: 'x' } } }, then: '{"queries":{"a":"x"}}' },
  ])('when a query is asked, then it is $then', ({ provider, then }) => {
    expect(askedQuery({ name: 'm', provider })).toBe(then);
  });
});

describe('given a query over several lines', () => {
  const asked = 'sum(rate(\n  requests{\n    service="my  app",\n    code!~"5.."\n  }[5m]\n)) by (pod)';

  it.each([
    { text: 'requests{service="my  app", code!~"5.."}[5m]', whole: false, then: true },
    { text: 'sum( rate(requests { service = "my  app",code!~"5.."} [5m])) by (pod)', whole: true, then: true },
    { text: 'requests{service="my app"', whole: false, then: false },
    { text: 'requests', whole: true, then: false },
    { text: 'rate(request s', whole: false, then: false },
  ])('when $text is expected (whole: $whole), then $then', ({ text, whole, then }) => {
    expect(isQuery(asked, { text, whole })).toBe(then);
  });

  it('when words stand apart, then they stay apart', () => {
    expect(isQuery('a and b', { text: 'aandb', whole: true })).toBe(false);
    expect(isQuery('a  and\nb', { text: 'a and b', whole: true })).toBe(true);
  });
});
