/** Whether a list of metrics, after substitution, can be run. analysis §2. */
import { parseDuration } from '../duration.ts';
import type { Metric } from '../resources/argo.ts';
import { integerOf, isGiven } from './metric-limits.ts';
import { providersGiven } from './provider-of.ts';

/** The first violated rule, or undefined. */
export function metricsProblem(metrics: readonly Metric[]): string | undefined {
  if (metrics.length === 0) return 'no metrics specified';
  const names = new Set<string>();
  for (const [index, metric] of metrics.entries()) {
    const problem = names.has(metric.name) ? `duplicate name '${metric.name}'` : metricProblem(metric);
    if (problem !== undefined) return `metrics[${index}]: ${problem}`;
    names.add(metric.name);
  }
  return undefined;
}

function metricProblem(metric: Metric): string | undefined {
  return limitProblem(metric) ?? countProblem(metric) ?? durationProblem(metric) ?? providerProblem(metric);
}

function limitProblem(metric: Metric): string | undefined {
  const failure = integerOf(metric.failureLimit);
  const success = integerOf(metric.consecutiveSuccessLimit);
  if (success < 0) return 'consecutiveSuccessLimit must be >= 0';
  if (failure < -1) return 'failureLimit must be >= 0, or -1 to be disabled';
  if (success === 0 && failure === -1) return 'failureLimit and consecutiveSuccessLimit cannot both be disabled';
  if (integerOf(metric.inconclusiveLimit) < 0) return 'inconclusiveLimit must be >= 0';
  if (integerOf(metric.consecutiveErrorLimit) < 0) return 'consecutiveErrorLimit must be >= 0';
  return undefined;
}

function countProblem(metric: Metric): string | undefined {
  const count = integerOf(metric.count);
  const failure = integerOf(metric.failureLimit);
  const success = integerOf(metric.consecutiveSuccessLimit);
  if (count <= 0) return undefined;
  if (failure >= 0 && count < failure + success) {
    return `count (${count}) must be >= failureLimit + consecutiveSuccessLimit (${failure} + ${success}) if both >= 0`;
  }
  if (failure === -1 && count < success) return 'count must be >= consecutiveSuccessLimit';
  if (count < integerOf(metric.inconclusiveLimit)) return 'count must be >= inconclusiveLimit';
  if (count > 1 && !isGiven(metric.interval)) return 'interval must be specified when count > 1';
  return undefined;
}

function durationProblem({ interval, initialDelay }: Metric): string | undefined {
  const wrongInterval = parserText(interval);
  if (wrongInterval !== undefined) return `invalid interval string: ${wrongInterval}`;
  const wrongDelay = parserText(initialDelay);
  return wrongDelay === undefined ? undefined : `invalid startDelay string: ${wrongDelay}`;
}

function parserText(text: string | undefined): string | undefined {
  if (!isGiven(text)) return undefined;
  const parsed = parseDuration(text);
  return parsed.ok ? undefined : parsed.error;
}

function providerProblem(metric: Metric): string | undefined {
  const count = providersGiven(metric).length;
  if (count === 0) return 'no provider specified';
  return count > 1 ? 'multiple providers specified' : undefined;
}
