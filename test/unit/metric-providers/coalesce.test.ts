import { describe, expect, it } from '@jest/globals';
import type { MeasurementTask, Reading } from '#core/analysis/reading.ts';
import type { AnalysisRun, Metric } from '#core/resources/argo.ts';
import { coalesced } from '#shared/metric-providers/coalesce.ts';
import type { MetricProvider } from '#shared/ports.ts';

const NOW = Date.UTC(2026, 10, 24, 12);

interface Asked {
  readonly provider?: Metric['provider'];
  readonly namespace?: string;
  readonly after?: number;
  readonly operation?: MeasurementTask['operation'];
}

function aTask({ provider = prometheus('up'), namespace = 'shop', after = 0, operation = 'run' }: Asked) {
  const run = { metadata: { name: 'r', namespace, uid: 'u' } } as AnalysisRun;
  return { operation, run, metric: { name: 'm', provider }, now: NOW + after } as MeasurementTask;
}

function prometheus(query: string, address = 'http://prometheus:9090'): Metric['provider'] {
  return { prometheus: { query, address } };
}

/** @returns how many questions reach the provider */
async function asking(...tasks: readonly Asked[]): Promise<number> {
  let count = 0;
  const provider: MetricProvider = {
    type: 'Any',
    async read(): Promise<Reading> {
      count += 1;
      return { kind: 'error', message: `answer ${count}` };
    },
  };
  const providers = coalesced({ for: async () => provider });
  const readings = await Promise.all(
    tasks.map(async (asked) => {
      const task = aTask(asked);
      return (await providers.for(task.metric)).read(task, AbortSignal.timeout(1_000));
    }),
  );
  expect(readings).toHaveLength(tasks.length);
  return count;
}

const web = { web: { url: 'http://w/', jsonPath: '{$.a}' } } as Metric['provider'];
const job = { job: { spec: {} } } as unknown as Metric['provider'];

describe('equal questions', () => {
  it.each<{ given: string; tasks: readonly Asked[]; asked: number }>([
    { given: 'the same query twice in a second', tasks: [{}, { after: 900 }], asked: 1 },
    { given: 'the same query a second later', tasks: [{}, { after: 1_000 }], asked: 2 },
    { given: 'another query', tasks: [{}, { provider: prometheus('down') }], asked: 2 },
    { given: 'another address', tasks: [{}, { provider: prometheus('up', 'http://other:9090') }], asked: 2 },
    { given: 'another namespace, for Prometheus', tasks: [{}, { namespace: 'other' }], asked: 1 },
    {
      given: 'another namespace, where Secrets may be looked up',
      tasks: [{ provider: web }, { provider: web, namespace: 'other' }],
      asked: 2,
    },
    { given: 'a provider that leaves measurements in flight', tasks: [{ provider: job }, { provider: job }], asked: 2 },
    { given: 'a measurement that is resumed', tasks: [{ operation: 'resume' }, { operation: 'resume' }], asked: 2 },
    { given: 'a clock that was set back', tasks: [{ after: 5_000 }, {}, {}], asked: 3 },
  ])('given $given, then $asked reach the provider', async ({ tasks, asked }) => {
    expect(await asking(...tasks)).toBe(asked);
  });
});
