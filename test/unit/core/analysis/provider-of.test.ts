import { describe, expect, it } from '@jest/globals';
import { providerOf, providersGiven } from '#core/analysis/provider-of.ts';
import type { Metric } from '#core/resources/argo.ts';
import { aMetric } from './builders.ts';

describe('given the provider of a metric, when its name is asked for', () => {
  it.each([
    { given: { web: { url: 'u' } }, then: 'web', count: 1 },
    { given: { prometheus: {} }, then: 'prometheus', count: 1 },
    { given: {}, then: undefined, count: 0 },
    { given: { web: null }, then: undefined, count: 0 },
    { given: { web: { url: 'u' }, job: { spec: {} } }, then: undefined, count: 2 },
    { given: { plugin: {} }, then: undefined, count: 0 },
    { given: { plugin: { 'a/b': {} } }, then: 'plugin', count: 1 },
    { given: { plugin: { 'a/b': {}, 'c/d': {} } }, then: undefined, count: 2 },
    { given: { unknown: {} }, then: undefined, count: 0 },
  ])('given $given, then $then of $count', ({ given, then, count }) => {
    const metric = aMetric({ provider: given as unknown as Metric['provider'] });
    expect(providerOf(metric)).toBe(then);
    expect(providersGiven(metric)).toHaveLength(count);
  });

  it('given no provider field at all, then none', () => {
    expect(providerOf({ name: 'm' } as Metric)).toBeUndefined();
  });
});
