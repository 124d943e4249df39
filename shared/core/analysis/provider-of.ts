/** Which metric system a metric asks: named by the key under `provider`. analysis §2 rule 12, §18. */
import type { Metric } from '../resources/argo.ts';

const PROVIDERS = [
  'prometheus',
  'web',
  'datadog',
  'newRelic',
  'wavefront',
  'cloudWatch',
  'graphite',
  'influxdb',
  'skywalking',
  'kayenta',
  'job',
  'plugin',
] as const;

export type ProviderName = (typeof PROVIDERS)[number];

/** The provider's key; undefined when none, or more than one, is given. */
export function providerOf(metric: Metric): ProviderName | undefined {
  const given = providersGiven(metric);
  return given.length === 1 ? given[0] : undefined;
}

/** One entry per provider; each entry of the `plugin` map counts, an empty map counts as none. */
export function providersGiven(metric: Metric): readonly ProviderName[] {
  const provider: Partial<Record<ProviderName, object | null>> = metric.provider ?? {};
  return PROVIDERS.flatMap((name) => {
    const settings = provider[name];
    if (settings === undefined || settings === null) return [];
    return name === 'plugin' ? Object.keys(settings).map(() => name) : [name];
  });
}
