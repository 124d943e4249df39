/** What a pass over an AnalysisRun comes to: new status, events, deletion, next look. analysis §5.2, §7, §11, §12. */
import { NOTHING_TO_DO, type Decision, type EventNote } from '../decision.ts';
import { diffMerge } from '../merge-patch.ts';
import { isCompleted, type AnalysisRun, type AnalysisRunStatus, type MetricResult } from '../resources/argo.ts';
import { refOf } from '../resources/kubernetes.ts';
import { earliest, formatTimestamp, parseTimestamp, type Instant, type Millis } from '../time.ts';
import { assessResult } from './assess-metric.ts';
import { isTerminating } from './due.ts';
import { metricCompleted, runCompleted } from './events.ts';
import { isExpired } from './expiry.ts';
import type { Plan, ReadyPlan } from './measure.ts';
import type { TakenReading } from './measurement.ts';
import { omitEmpty } from './omit-empty.ts';
import { outcomeOf, summaryOf, type AssessedMetric, type RunOutcome } from './outcome.ts';
import { recordReadings } from './record-readings.ts';
import { retentionLimit, trimmed } from './retention.ts';
import { nextLook } from './wake.ts';

/** One pass: the run as it was read, what was planned for it, and what the providers answered. */
export interface AnalysisSnapshot {
  readonly now: Instant;
  readonly run: AnalysisRun;
  readonly plan: Plan;
  readonly readings: readonly TakenReading[];
}

type ReadySnapshot = AnalysisSnapshot & { readonly plan: ReadyPlan };

/** A completed phase is final: such a run only expires. A run that is being deleted is left alone. */
export function assessRun(snapshot: AnalysisSnapshot): Decision<AnalysisRunStatus> {
  const { now, run, plan } = snapshot;
  if (run.metadata.deletionTimestamp !== undefined) return NOTHING_TO_DO;
  if (isCompleted(run.status?.phase)) return isExpired(run, now) ? deletion(run) : NOTHING_TO_DO;
  return plan.state === 'invalid' ? refusal(run, plan.message) : assessment({ ...snapshot, plan });
}

function deletion(run: AnalysisRun): Decision<never> {
  const because = `${run.status?.phase} since ${run.status?.completedAt}, longer than its ttlStrategy keeps it`;
  return { actions: [{ type: 'delete', object: refOf(run), because }], events: [] };
}

/** The run is final at once, without times or summaries: so it never expires. analysis §5.2. */
function refusal(run: AnalysisRun, message: string): Decision<AnalysisRunStatus> {
  const status: AnalysisRunStatus = { ...run.status, phase: 'Error', message };
  return { actions: [], status, events: [runCompleted('Error')] };
}

function assessment(snapshot: ReadySnapshot): Decision<AnalysisRunStatus> {
  const { run } = snapshot;
  const terminating = isTerminating(run);
  const { results, events } = assessResults(snapshot, terminating);
  const metrics = assessedMetrics(snapshot.plan, results);
  const outcome = outcomeOf(metrics, run, terminating);
  const status = statusOf(snapshot, results, metrics, outcome);
  const isChanged = Object.keys(diffMerge(run.status ?? {}, status)).length > 0;
  const requeueAfter = timeToNextLook(snapshot, results);
  return {
    actions: [],
    ...(isChanged && { status }),
    events: [...events, ...(isCompleted(outcome.phase) ? [runCompleted(outcome.phase)] : [])],
    ...(requeueAfter !== undefined && { requeueAfter }),
  };
}

/** All stored results with this pass's measurements, each metric of the spec assessed in turn. */
function assessResults({ run, plan, readings }: ReadySnapshot, terminating: boolean) {
  const recorded = recordReadings(run.status?.metricResults ?? [], { ...plan, readings });
  const results = new Map(recorded.map((result) => [result.name, result]));
  const events: EventNote[] = [];
  for (const metric of plan.metrics) {
    const before = results.get(metric.name);
    if (before === undefined) continue;
    const after = assessResult(metric, before, { terminating, dryRun: plan.dryRun.has(metric.name) });
    results.set(metric.name, after);
    if (after.phase !== before.phase && isCompleted(after.phase)) events.push(metricCompleted(after));
  }
  return { results: results as ReadonlyMap<string, MetricResult>, events };
}

function assessedMetrics(plan: ReadyPlan, results: ReadonlyMap<string, MetricResult>): readonly AssessedMetric[] {
  return plan.metrics.map((metric) => ({
    metric,
    result: results.get(metric.name),
    dryRun: plan.dryRun.has(metric.name),
  }));
}

/** An unchanged phase leaves the message alone. */
function statusOf(
  { run, now, plan }: ReadySnapshot,
  results: ReadonlyMap<string, MetricResult>,
  metrics: readonly AssessedMetric[],
  outcome: RunOutcome,
): AnalysisRunStatus {
  const before = run.status;
  const message = outcome.phase === before?.phase ? before.message : outcome.message;
  const completedAt = isCompleted(outcome.phase) ? formatTimestamp(now) : undefined;
  const kept = [...results.values()].map((result) => keptPart(result, plan));
  return {
    ...omitEmpty({ ...before, message, completedAt }),
    ...(kept.length > 0 && { metricResults: kept }),
    phase: outcome.phase,
    startedAt: before?.startedAt ?? formatTimestamp(now),
    runSummary: summaryOf(metrics.filter(({ dryRun }) => !dryRun)),
    dryRunSummary: summaryOf(metrics.filter(({ dryRun }) => dryRun)),
  };
}

/** Results of metrics that are no longer in the spec stay as they are. */
function keptPart(result: MetricResult, { metrics, retention }: ReadyPlan): MetricResult {
  const isCurrent = metrics.some(({ name }) => name === result.name);
  return isCurrent ? trimmed(result, retentionLimit(retention, result.name)) : result;
}

function timeToNextLook(
  { run, now, plan, readings }: ReadySnapshot,
  results: ReadonlyMap<string, MetricResult>,
): Millis | undefined {
  const taken = new Map(readings.map((reading) => [reading.task.metric.name, reading]));
  const startedAt = parseTimestamp(run.status?.startedAt) ?? now;
  const wanted = nextLook({ metrics: plan.metrics, results, readings: taken, startedAt });
  // A task that nobody answered is still due.
  const unanswered = plan.tasks.some(({ metric }) => !taken.has(metric.name)) ? now : undefined;
  const at = earliest(wanted, unanswered);
  // Never at this very instant: it has been looked at, and a measurement is due only after the end of its interval.
  return at === undefined ? undefined : Math.max(1, at - now);
}
