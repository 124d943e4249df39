/** The numbers of a metric: how often it is measured and what it tolerates. analysis §1.4. */
import type { Metric } from '../resources/argo.ts';

type IntOrString = Metric['count'];

export interface MetricLimits {
  readonly failure: number;
  readonly inconclusive: number;
  readonly consecutiveError: number;
  readonly consecutiveSuccess: number;
}

/** A number, or a text in base 10; anything else counts as 0 without an error. */
export function integerOf(value: IntOrString): number {
  if (typeof value === 'number') return Math.trunc(value);
  return value !== undefined && /^[-+]?\d+$/.test(value) ? Number.parseInt(value, 10) : 0;
}

/** How many measurements (errors not counted) complete the metric; undefined: unlimited. */
export function effectiveCount(metric: Metric): number | undefined {
  const count = integerOf(metric.count);
  if (count !== 0) return count;
  return isGiven(metric.interval) ? undefined : 1;
}

export function limitsOf(metric: Metric): MetricLimits {
  return {
    failure: integerOf(metric.failureLimit),
    inconclusive: integerOf(metric.inconclusiveLimit),
    consecutiveError: metric.consecutiveErrorLimit === undefined ? 4 : integerOf(metric.consecutiveErrorLimit),
    consecutiveSuccess: integerOf(metric.consecutiveSuccessLimit),
  };
}

/** Absent and empty texts are the same to the API. */
export function isGiven(text: string | undefined | null): text is string {
  return text !== undefined && text !== null && text !== '';
}
