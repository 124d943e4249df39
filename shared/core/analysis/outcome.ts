/** What the metrics together make of the run. analysis §7.2. */
import {
  isCompleted,
  type AnalysisRun,
  type Metric,
  type MetricResult,
  type Phase,
  type RunSummary,
} from '../resources/argo.ts';
import { breachOf } from './assess-metric.ts';
import { omitEmpty } from './omit-empty.ts';
import { isGiven } from './metric-limits.ts';

/** A metric of the spec with its result, if it has been measured. */
export interface AssessedMetric {
  readonly metric: Metric;
  readonly result: MetricResult | undefined;
  readonly dryRun: boolean;
}

export interface RunOutcome {
  readonly phase: Phase;
  readonly message: string;
}

/** Only completed metrics are compared. */
const MILD_TO_SEVERE: readonly Phase[] = ['Successful', 'Inconclusive', 'Error', 'Failed'];

/** @param terminating as it was before this pass measured */
export function outcomeOf(metrics: readonly AssessedMetric[], run: AnalysisRun, terminating: boolean): RunOutcome {
  const initial = run.spec.terminate === true ? 'Run Terminated' : '';
  const soFar = worstOf(metrics, initial);
  if (terminating) return soFar ?? { phase: 'Successful', message: initial };
  const open = metrics.some(({ result }) => !isCompleted(result?.phase));
  return open || soFar === undefined ? { phase: 'Running', message: '' } : soFar;
}

/** Counts metrics, not measurements; a metric that no limit explains counts as successful, whatever its phase. */
export function summaryOf(metrics: readonly AssessedMetric[]): RunSummary {
  const summary = { count: metrics.length, successful: 0, failed: 0, inconclusive: 0, error: 0 };
  for (const { metric, result } of metrics) {
    if (result !== undefined && isCompleted(result.phase)) summary[slotOf(metric, result)] += 1;
  }
  return omitEmpty(summary);
}

/** The most severe completed metric; among equals the first. Undefined while nothing is completed. */
function worstOf(metrics: readonly AssessedMetric[], initial: string): RunOutcome | undefined {
  let worst: RunOutcome | undefined;
  for (const { metric, result, dryRun } of metrics) {
    if (result === undefined || !isCompleted(result.phase)) continue;
    const phase = dryRun ? 'Successful' : (result.phase as Phase);
    if (worst !== undefined && severity(phase) <= severity(worst.phase)) continue;
    // Without a reason of its own the metric leaves the message of a milder one.
    const message = (dryRun ? undefined : messageOf(metric, result)) ?? worst?.message ?? initial;
    worst = { phase, message };
  }
  return worst;
}

function severity(phase: Phase): number {
  return MILD_TO_SEVERE.indexOf(phase);
}

function messageOf(metric: Metric, result: MetricResult): string | undefined {
  const breach = breachOf(metric, result);
  if (breach === undefined) return undefined;
  const text = `Metric "${metric.name}" assessed ${result.phase} due to ${breach.reason}`;
  return isGiven(result.message) ? `${text}: "Error Message: ${result.message}"` : text;
}

function slotOf(metric: Metric, result: MetricResult): 'successful' | 'failed' | 'inconclusive' | 'error' {
  switch (breachOf(metric, result)?.phase) {
    case 'Failed':
      return 'failed';
    case 'Inconclusive':
      return 'inconclusive';
    case 'Error':
      return 'error';
    case undefined:
      return 'successful';
  }
}
