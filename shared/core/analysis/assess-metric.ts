/** The phase of one metric. analysis §7.1. */
import { isCompleted, type Metric, type MetricResult, type Phase } from '../resources/argo.ts';
import { countersOf } from './counters.ts';
import { isInFlight } from './due.ts';
import { omitEmpty } from './omit-empty.ts';
import { effectiveCount, limitsOf, type MetricLimits } from './metric-limits.ts';
import { toleratedErrors } from './provider-errors.ts';

/** A limit that was exceeded: what it makes of the metric, and the text that messages quote. */
export interface LimitBreach {
  readonly phase: 'Failed' | 'Inconclusive' | 'Error';
  readonly reason: string;
}

export interface AssessOptions {
  /** As it was before this pass measured. */
  readonly terminating: boolean;
  readonly dryRun: boolean;
}

/** The result with its phase, and the message that goes with it. */
export function assessResult(metric: Metric, result: MetricResult, options: AssessOptions): MetricResult {
  const phase = assessMetric(metric, result, options.terminating);
  const last = result.measurements?.at(-1);
  const changed = phase !== result.phase && last !== undefined;
  const breach = isCompleted(phase) && options.dryRun ? breachOf(metric, result) : undefined;
  const ownMessage = changed ? last.message : result.message;
  const message = breach === undefined ? ownMessage : `Metric assessed ${phase} due to ${breach.reason}`;
  return omitEmpty({ ...result, phase, message });
}

/** @param terminating as it was before this pass measured */
export function assessMetric(metric: Metric, result: MetricResult, terminating: boolean): Phase {
  const phase = result.phase as Phase;
  if (isCompleted(phase)) return phase;
  const last = result.measurements?.at(-1);
  if (last === undefined) return terminating ? 'Successful' : 'Pending';
  if (isInFlight(last)) return 'Running';
  return decided(metric, result) ?? (terminating ? 'Successful' : 'Running');
}

/** All three limits are tested; the last one that is exceeded decides. */
export function breachOf(metric: Metric, result: MetricResult): LimitBreach | undefined {
  const { failed, inconclusive, consecutiveError } = countersOf(result);
  const limits = limitsOf(metric);
  const errors = consecutiveError - toleratedErrors(result);
  if (errors > limits.consecutiveError) {
    const reason = `consecutiveErrors (${errors}) > consecutiveErrorLimit (${limits.consecutiveError})`;
    return { phase: 'Error', reason };
  }
  if (inconclusive > limits.inconclusive) {
    const reason = `inconclusive (${inconclusive}) > inconclusiveLimit (${limits.inconclusive})`;
    return { phase: 'Inconclusive', reason };
  }
  if (limits.failure >= 0 && failed > limits.failure) {
    return { phase: 'Failed', reason: `failed (${failed}) > failureLimit (${limits.failure})` };
  }
  return undefined;
}

/** The final phase, if the measurements so far decide it. */
function decided(metric: Metric, result: MetricResult): Phase | undefined {
  const breach = breachOf(metric, result);
  if (breach !== undefined) return breach.phase;
  const limits = limitsOf(metric);
  const { count, consecutiveSuccess } = countersOf(result);
  if (limits.consecutiveSuccess > 0 && consecutiveSuccess >= limits.consecutiveSuccess) return 'Successful';
  const wanted = effectiveCount(metric);
  return wanted !== undefined && count >= wanted ? atCount(limits) : undefined;
}

/** All measurements are taken. With a success limit that was not reached neither side has won. */
function atCount({ consecutiveSuccess, failure }: MetricLimits): Phase {
  if (consecutiveSuccess <= 0) return 'Successful';
  return failure >= 0 ? 'Inconclusive' : 'Failed';
}
