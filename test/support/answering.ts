/** A metrics system that answers queries as a scenario says, and remembers what it was asked. */
import type { Reading } from '#core/analysis/reading.ts';
import type { Instant } from '#core/time.ts';
import type { MetricProviders } from '#shared/ports.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface Asked {
  readonly at: Instant;
  readonly query: string;
}

export interface AnsweringProviders {
  readonly providers: MetricProviders;
  readonly asked: Asked[];
}

/** Numbers are one sample of a vector. */
export function answering(
  answer: (query: string) => number | Reading | Promise<Reading>,
  clock: VirtualClock,
): AnsweringProviders {
  const asked: Asked[] = [];
  const providers: MetricProviders = {
    for: async () => ({
      type: 'Prometheus',
      read: async ({ metric }) => {
        const query = metric.provider.prometheus?.query ?? '';
        asked.push({ at: clock.now(), query });
        const given = await answer(query);
        return typeof given === 'number' ? vector(given) : given;
      },
    }),
  };
  return { providers, asked };
}

export const OUTAGE: Reading = { kind: 'error', message: 'connection refused' };

function vector(value: number): Reading {
  return { kind: 'value', value: { kind: 'vector', values: [value] }, text: `[${value}]` };
}
