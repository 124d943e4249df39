/** Which metrics a pass acts on. analysis §5.3. */
import { durationOrUndefined } from '../duration.ts';
import { isCompleted, type AnalysisRun, type Measurement, type Metric, type MetricResult } from '../resources/argo.ts';
import { parseTimestamp, SECOND, type Instant, type Millis } from '../time.ts';
import { effectiveCount, isGiven } from './metric-limits.ts';
import type { MeasurementTask } from './reading.ts';
import { isUnjudged } from './unjudged.ts';

/** The wait after an Error, and of a metric without interval. */
export const RETRY_DELAY: Millis = 10 * SECOND;

/** What is to be done for a metric: the part of a task that the rules decide. */
export type DueWork = Pick<MeasurementTask, 'operation' | 'measurement'>;

export interface DueOptions {
  readonly terminating: boolean;
  /** An alert asks: measure now, whatever interval and delay say. */
  readonly onDemand: boolean;
  readonly now: Instant;
}

/** No new measurements: asked for, or some metric that counts has come out badly. Judged before this pass measures. */
export function isTerminating({ spec, status }: AnalysisRun): boolean {
  if (spec.terminate === true) return true;
  return (status?.metricResults ?? []).some(
    ({ dryRun, phase }) => dryRun !== true && (phase === 'Failed' || phase === 'Error' || phase === 'Inconclusive'),
  );
}

export function resultOf(run: AnalysisRun, metric: string): MetricResult | undefined {
  return run.status?.metricResults?.find(({ name }) => name === metric);
}

export function isInFlight(measurement: Measurement): boolean {
  return !isGiven(measurement.finishedAt);
}

/** What the metric needs now; undefined: nothing. */
export function dueWork(metric: Metric, run: AnalysisRun, options: DueOptions): DueWork | undefined {
  const result = resultOf(run, metric.name);
  if (isCompleted(result?.phase)) return undefined;
  const last = result?.measurements?.at(-1);
  if (last !== undefined && isInFlight(last)) return inFlightWork(last, options);
  if (options.terminating) return undefined;
  return isDue(metric, run, last, options) ? { operation: 'run' } : undefined;
}

/** After an Error always 10 s, whether the interval is longer or shorter. */
export function delayAfter(metric: Metric, last: Measurement): Millis | undefined {
  return last.phase === 'Error' ? RETRY_DELAY : durationOrUndefined(metric.interval);
}

function inFlightWork(measurement: Measurement, { terminating, now }: DueOptions): DueWork | undefined {
  if (terminating) return { operation: 'terminate', measurement };
  const resumeAt = parseTimestamp(measurement.resumeAt);
  if (resumeAt !== undefined && resumeAt > now) return undefined;
  return { operation: isUnjudged(measurement) ? 'run' : 'resume', measurement };
}

function isDue(metric: Metric, run: AnalysisRun, last: Measurement | undefined, options: DueOptions): boolean {
  const { onDemand, now } = options;
  if (last === undefined) return onDemand || isDelayOver(metric, run, now);
  const count = effectiveCount(metric);
  if (count !== undefined && (resultOf(run, metric.name)?.count ?? 0) >= count) return false;
  const finishedAt = parseTimestamp(last.finishedAt) ?? 0;
  return onDemand || now > finishedAt + (delayAfter(metric, last) ?? RETRY_DELAY);
}

/** Never in the first pass, even for `0s`: the delay counts from the run's start. */
function isDelayOver(metric: Metric, run: AnalysisRun, now: Instant): boolean {
  if (!isGiven(metric.initialDelay)) return true;
  const startedAt = parseTimestamp(run.status?.startedAt);
  const delay = durationOrUndefined(metric.initialDelay);
  return startedAt !== undefined && delay !== undefined && startedAt + delay <= now;
}
