/** When a run wants to be looked at again. analysis §5.4. */
import { durationOrUndefined } from '../duration.ts';
import { isCompleted, type Measurement, type Metric, type MetricResult } from '../resources/argo.ts';
import { earliest, parseTimestamp, type Instant } from '../time.ts';
import { delayAfter, isInFlight } from './due.ts';
import type { TakenReading } from './measurement.ts';
import { effectiveCount, isGiven } from './metric-limits.ts';

export interface WakeInput {
  readonly metrics: readonly Metric[];
  readonly results: ReadonlyMap<string, MetricResult>;
  /** This pass's readings: their instants are finer than the stored whole seconds. */
  readonly readings: ReadonlyMap<string, TakenReading>;
  readonly startedAt: Instant;
}

/** The earliest instant at which some metric that is not completed wants something; it may lie in the past. */
export function nextLook(input: WakeInput): Instant | undefined {
  return earliest(...input.metrics.map((metric) => wantedAt(metric, input)));
}

function wantedAt(metric: Metric, { results, readings, startedAt }: WakeInput): Instant | undefined {
  const result = results.get(metric.name);
  if (isCompleted(result?.phase)) return undefined;
  const last = result?.measurements?.at(-1);
  if (last === undefined) return isGiven(metric.initialDelay) ? plus(startedAt, metric.initialDelay) : undefined;
  const taken = readings.get(metric.name);
  if (isInFlight(last)) return resumeTime(last, taken);
  const count = effectiveCount(metric);
  if (count !== undefined && (result?.count ?? 0) >= count) return undefined;
  const delay = delayAfter(metric, last);
  const finishedAt = taken?.finishedAt ?? parseTimestamp(last.finishedAt);
  return delay === undefined || finishedAt === undefined ? undefined : finishedAt + delay;
}

function resumeTime(last: Measurement, taken: TakenReading | undefined): Instant | undefined {
  return taken?.reading.kind === 'pending' ? taken.reading.resumeAt : parseTimestamp(last.resumeAt);
}

function plus(instant: Instant, duration: string): Instant | undefined {
  const length = durationOrUndefined(duration);
  return length === undefined ? undefined : instant + length;
}
