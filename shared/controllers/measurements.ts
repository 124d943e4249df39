/** Takes the measurements that are due, side by side. Measuring is observing: safe to repeat. */
import type { TakenReading } from '#core/analysis/measurement.ts';
import type { MeasurementTask, Reading } from '#core/analysis/reading.ts';
import { requestCount, requestsTask, tooFewRequests } from '#core/analysis/requests.ts';
import type { CleanUp } from '#core/analysis/retention.ts';
import type { Redact } from '#core/analysis/secrets.ts';
import { REQUESTS } from '#core/analysis/unjudged.ts';
import { InvalidSpecError, messageOf } from '#core/errors.ts';
import { SECOND, type Millis } from '#core/time.ts';
import { deadlineSignal } from '../deadline.ts';
import type { Log, MetricProvider, Ports, Site } from '../ports.ts';
import { besideIt } from './beside-it.ts';

/** No measurement holds a pass longer, whatever its provider allows. */
const LONGEST: Millis = 60 * SECOND;

type Providers = Pick<Site, 'providers'>;
type Clock = Pick<Ports, 'clock'>;

export function takeReadings(
  tasks: readonly MeasurementTask[],
  site: Providers,
  ports: Clock,
): Promise<readonly TakenReading[]> {
  return Promise.all(tasks.map((task) => takeReading(task, site, ports)));
}

/** A provider that cannot be made, or that breaks its word and throws, is an Error measurement, never a lost pass. */
async function takeReading(task: MeasurementTask, site: Providers, { clock }: Clock): Promise<TakenReading> {
  try {
    const provider = await site.providers.for(task.metric);
    const metadata = provider.metadata?.(task);
    const measured = async () => ({ reading: await measure(task, provider, clock), finishedAt: clock.now() });
    const { stable } = task;
    const { own, other } =
      stable === undefined
        ? { own: await measured(), other: undefined }
        : await besideIt(measured, (signal) => provider.read({ ...task, metric: stable }, signal));
    return {
      task,
      ...own,
      ...(metadata === undefined ? {} : { metadata }),
      ...(other === undefined ? {} : { stable: other }),
    };
  } catch (error) {
    return { task, reading: failure(error), finishedAt: clock.now() };
  }
}

function failure(error: unknown): Reading {
  const fault = error instanceof InvalidSpecError ? ({ fault: 'manifest' } as const) : {};
  return { kind: 'error', message: messageOf(error), ...fault };
}

/** Where a minimum of requests is wanted, their number is asked first: below it the metric is not asked at all. */
async function measure(task: MeasurementTask, provider: MetricProvider, clock: Ports['clock']): Promise<Reading> {
  const signal = deadlineSignal(LONGEST);
  if (task.requests === undefined) return provider.read(task, signal);
  const { min } = task.requests;
  const answer = await provider.read(requestsTask(task, task.requests), signal);
  if (answer.kind === 'error') return { ...answer, message: `number of requests: ${answer.message}` };
  const count = requestCount(answer);
  if (count === undefined) return { kind: 'error', message: 'number of requests: the answer is not a number' };
  if (count < min) return tooFewRequests(task.metric, count, min, clock.now());
  return withRequests(await provider.read(task, signal), count);
}

function withRequests(reading: Reading, count: number): Reading {
  return { ...reading, metadata: { ...reading.metadata, [REQUESTS]: String(count) } };
}

/**
 * Before the oldest measurements are dropped. What cannot be cleaned up now is asked for again with the next one.
 * @param redact takes the run's secrets out of what is logged
 */
export async function cleanUp(
  due: readonly CleanUp[],
  redact: Redact,
  site: Providers,
  { log }: { readonly log: Log },
): Promise<void> {
  for (const { task, limit } of due) {
    const { namespace, name } = task.run.metadata;
    try {
      const provider = await site.providers.for(task.metric);
      await provider.cleanUp?.(task, limit);
    } catch (error) {
      log.warn('Old measurements not cleaned up', {
        namespace,
        name,
        metric: task.metric.name,
        error: redact(messageOf(error)),
      });
    }
  }
}
