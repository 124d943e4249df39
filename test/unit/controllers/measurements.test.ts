import { describe, expect, it } from '@jest/globals';
import type { MeasurementTask } from '#core/analysis/reading.ts';
import { InvalidSpecError } from '#core/errors.ts';
import type { AnalysisRun } from '#core/resources/argo.ts';
import { cleanUp, takeReadings } from '#shared/controllers/measurements.ts';
import type { MetricProvider, MetricProviders } from '#shared/ports.ts';
import { aLog } from '../../support/quiet-log.ts';

const TASK: MeasurementTask = {
  operation: 'run',
  run: { metadata: { namespace: 'shop', name: 'run', uid: 'u' } } as AnalysisRun,
  metric: { name: 'm', provider: {} },
  now: 0,
};
const ports = { clock: { now: () => 7 } };

function siteOf(provider: Partial<MetricProvider> | Error): { providers: MetricProviders } {
  const read: MetricProvider['read'] = async () => ({ kind: 'verdict', phase: 'Successful' });
  const make = async () => {
    if (provider instanceof Error) throw provider;
    return { type: 'test', read, ...provider };
  };
  return { providers: { for: make } };
}

const asItIs = (text: string) => text;

describe('given measurements beyond what is kept, when the provider is told', () => {
  it('then it is asked with the task and the limit', async () => {
    const asked: unknown[] = [];
    const site = siteOf({ cleanUp: async (task, limit) => void asked.push([task.metric.name, limit]) });
    await cleanUp([{ task: TASK, limit: 10 }], asItIs, site, { log: aLog() });
    expect(asked).toEqual([['m', 10]]);
  });

  it('given it fails, then the pass goes on and the log says so', async () => {
    const log = aLog();
    const site = siteOf({ cleanUp: () => Promise.reject(new Error('forbidden')) });
    await cleanUp([{ task: TASK, limit: 10 }], asItIs, site, { log });
    expect(log.said).toEqual([expect.objectContaining({ message: 'Old measurements not cleaned up' })]);
  });

  it('given a provider that has nothing to clean up, then nothing happens', async () => {
    const log = aLog();
    await cleanUp([{ task: TASK, limit: 10 }], asItIs, siteOf({}), { log });
    expect(log.said).toEqual([]);
  });
});

describe('given a provider that cannot measure, when it is asked', () => {
  it.each([
    { given: 'that breaks', provider: { read: () => Promise.reject(new Error('boom')) }, then: { message: 'boom' } },
    {
      given: 'that does not exist',
      provider: new InvalidSpecError('no valid provider'),
      then: { message: 'no valid provider', fault: 'manifest' },
    },
  ])('given one $given, then it is an error reading', async ({ provider, then }) => {
    const [taken] = await takeReadings([TASK], siteOf(provider), ports);
    expect(taken).toEqual({ task: TASK, finishedAt: 7, reading: { kind: 'error', ...then } });
  });
});
