/** How many measurements a metric keeps. analysis §10. */
import type { Metric, MetricResult, RetentionRule } from '../resources/argo.ts';
import { resultOf } from './due.ts';
import { rulesByMetric } from './metric-rules.ts';
import type { MeasurementTask } from './reading.ts';

const DEFAULT_LIMIT = 10;

/**
 * Measurements to keep, for the metrics that a rule names; the others keep 10.
 * @throws InvalidSpecError for a rule that matches no metric
 */
export function retentionLimits(
  rules: readonly RetentionRule[],
  metrics: readonly Metric[],
): ReadonlyMap<string, number> {
  const names = metrics.map((metric) => metric.name);
  const matched = rulesByMetric('measurementRetention', rules, names);
  return new Map([...matched].map(([name, { limit }]) => [name, limit > 0 ? limit : DEFAULT_LIMIT]));
}

export function retentionLimit(limits: ReadonlyMap<string, number>, metric: string): number {
  return limits.get(metric) ?? DEFAULT_LIMIT;
}

/** The result without its oldest measurements; one in flight is the newest. Counters stay. */
export function trimmed(result: MetricResult, limit: number): MetricResult {
  const measurements = result.measurements ?? [];
  return measurements.length > limit ? { ...result, measurements: measurements.slice(-limit) } : result;
}

/** A metric whose provider may clean up, because its oldest measurements are about to be dropped. */
export interface CleanUp {
  readonly task: MeasurementTask;
  readonly limit: number;
}

/** What MetricProvider.cleanUp is to be called with, after the readings were taken and before the status is saved. */
export function cleanUpsDue(
  tasks: readonly MeasurementTask[],
  limits: ReadonlyMap<string, number>,
): readonly CleanUp[] {
  return tasks.flatMap((task) => {
    const stored = resultOf(task.run, task.metric.name)?.measurements?.length ?? 0;
    const measured = task.operation === 'run' ? stored + 1 : stored;
    const limit = retentionLimit(limits, task.metric.name);
    return measured > limit ? [{ task, limit }] : [];
  });
}
