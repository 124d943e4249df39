/**
 * Equal questions of the same second are asked once: many runs of one template ask the same, and a metrics system should not
 * answer it a thousand times. Providers that leave measurements in flight are asked each time.
 */
import type { MeasurementTask, Reading } from '#core/analysis/reading.ts';
import { providerOf, type ProviderName } from '#core/analysis/provider-of.ts';
import { SECOND } from '#core/time.ts';
import type { MetricProvider, MetricProviders } from '../ports.ts';

/** They measure with what their manifest says, wherever the run is; others look up Secrets of its namespace. */
const ANYWHERE: ReadonlySet<ProviderName> = new Set(['prometheus', 'graphite', 'skywalking']);
const WITHIN: ReadonlySet<ProviderName> = new Set([...ANYWHERE, 'web', 'datadog', 'newRelic', 'wavefront', 'influxdb']);

export function coalesced(providers: MetricProviders): MetricProviders {
  const sharing = new WeakMap<MetricProvider, MetricProvider>();
  return {
    async for(metric) {
      const provider = await providers.for(metric);
      const known = sharing.get(provider) ?? shared(provider);
      sharing.set(provider, known);
      return known;
    },
  };
}

function shared(provider: MetricProvider): MetricProvider {
  let second = 0;
  let asked = new Map<string, Promise<Reading>>();
  return {
    ...provider,
    async read(task, signal) {
      const key = questionOf(task);
      if (key === undefined) return provider.read(task, signal);
      const now = Math.floor(task.now / SECOND);
      if (now > second) [second, asked] = [now, new Map()];
      // A clock that was set back, or a task that waited: alone.
      if (now < second) return provider.read(task, signal);
      const reading = asked.get(key) ?? provider.read(task, signal);
      asked.set(key, reading);
      return reading;
    },
  };
}

/** @returns undefined: nobody else's answer will do */
function questionOf({ metric, operation, run }: MeasurementTask): string | undefined {
  const name = providerOf(metric);
  if (operation !== 'run' || name === undefined || !WITHIN.has(name)) return undefined;
  return JSON.stringify([ANYWHERE.has(name) ? '' : run.metadata.namespace, metric.provider]);
}
