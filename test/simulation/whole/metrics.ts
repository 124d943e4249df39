/** Metrics that tell a good version from a bad one, while they answer; an outage takes them all. */
import { POD_TEMPLATE_HASH } from '#core/resources/keys.ts';
import type { ReplicaSet } from '#core/resources/kubernetes.ts';
import { SECOND } from '#core/time.ts';
import type { MetricProviders } from '#shared/ports.ts';
import type { Reading } from '#core/analysis/reading.ts';
import type { Store } from '../../../infra/local/kubernetes/store.ts';
import type { Troubled } from './trouble.ts';

export interface Outage {
  current: boolean;
}

export function troubledMetrics(store: Store, outage: Outage, troubled: Troubled): MetricProviders {
  const { process, random, weather, scheduler } = troubled;
  return {
    for: async () => ({
      type: 'Prometheus',
      read: ({ metric }) =>
        process.call('query', async (): Promise<Reading> => {
          if (outage.current) return { kind: 'error', message: 'connection refused' };
          const strange = random.chance(weather.current.refuse) ? random.next() : 1;
          if (strange < 1) scheduler.note(`metrics are strange: ${strange.toFixed(2)}`);
          if (strange < 0.3) await scheduler.sleep(random.between(10, 40) * SECOND);
          else if (strange < 0.6) return { kind: 'error', message: 'no answer in time' };
          else if (strange < 0.75) return valueOf(Number.NaN);
          else if (strange < 0.9) return { kind: 'value', value: { kind: 'vector', values: [] }, text: '[]' };
          return valueOf(errorRate(metric.provider.prometheus?.query ?? '', store));
        }),
    }),
  };
}

function valueOf(value: number): Reading {
  return { kind: 'value', value: { kind: 'vector', values: [value] }, text: `[${value}]` };
}

function errorRate(query: string, store: Store): number {
  const hash = /hash="([^"]*)"/.exec(query)?.[1];
  const sets = store.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet' }).items as unknown as readonly ReplicaSet[];
  const set = sets.find(({ metadata }) => metadata.labels?.[POD_TEMPLATE_HASH] === hash);
  return set?.spec?.template?.spec?.containers[0]?.image?.includes('bad') === true ? 0.5 : 0.01;
}
