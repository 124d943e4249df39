/** Takes the measurements that are due, side by side. Measuring is observing: safe to repeat. */
import type { MeasurementTask, Reading } from '#core/analysis/reading.ts';
import { messageOf } from '#core/errors.ts';
import { SECOND, type Instant, type Millis } from '#core/time.ts';
import type { Ports, Site } from '../ports.ts';

/** No measurement holds a pass longer, whatever its provider allows. */
const LONGEST: Millis = 60 * SECOND;

export interface TakenReading {
  readonly task: MeasurementTask;
  readonly reading: Reading;
  readonly finishedAt: Instant;
  /** What the metric's result says of its source (the resolved query). */
  readonly metadata?: Readonly<Record<string, string>>;
}

export function takeReadings(
  tasks: readonly MeasurementTask[],
  site: Site,
  ports: Pick<Ports, 'clock'>,
): Promise<readonly TakenReading[]> {
  return Promise.all(tasks.map((task) => takeReading(task, site, ports)));
}

/** A provider that cannot be made, or that breaks its word and throws, is an Error measurement, never a lost pass. */
async function takeReading(task: MeasurementTask, site: Site, ports: Pick<Ports, 'clock'>): Promise<TakenReading> {
  try {
    const provider = await site.providers.for(task.metric);
    const metadata = provider.metadata?.(task);
    const reading = await provider.read(task, AbortSignal.timeout(LONGEST));
    return { task, reading, finishedAt: ports.clock.now(), ...(metadata === undefined ? {} : { metadata }) };
  } catch (error) {
    return { task, reading: { kind: 'error', message: messageOf(error) }, finishedAt: ports.clock.now() };
  }
}
