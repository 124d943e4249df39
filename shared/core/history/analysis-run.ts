/** Which transitions lie between the last record of an AnalysisRun and the object as the API server holds it now. */
import { EVALUATE_ANNOTATION } from '../alerts/evaluate.ts';
import { breachOf } from '../analysis/assess-metric.ts';
import type { Evidence } from '../analysis/evidence.ts';
import { ownerOfRun } from '../analysis/owner-of-run.ts';
import { isUnjudged } from '../analysis/unjudged.ts';
import type { JsonObject } from '../json.ts';
import { isCompleted, type AnalysisRun, type Measurement, type MetricResult } from '../resources/argo.ts';
import { POD_TEMPLATE_HASH, REVISION, ROLLOUT_TYPE } from '../resources/keys.ts';
import { parseTimestamp, type Instant } from '../time.ts';
import { measurementDetails, unjudgedDetails } from './measurement-details.ts';
import type { Transition, TransitionType } from './record.ts';
import { releaseId } from './release.ts';

export interface MetricState {
  /** Measurements taken in all. */
  readonly taken: number;
  readonly phase: string;
  /** Too few requests to judge: when it is asked again. */
  readonly unjudgedUntil?: string;
}

export interface AnalysisRunState {
  readonly uid: string;
  readonly phase: string;
  readonly metrics: Readonly<Record<string, MetricState>>;
  /** The last request to measure at once that was carried out. */
  readonly evaluated?: string;
}

export interface AnalysisRunObservation {
  readonly state: AnalysisRunState;
  readonly transitions: readonly Transition[];
}

/** The release of the Rollout that made the run; undefined for a run of its own. */
export function releaseOf(run: AnalysisRun): string | undefined {
  const owner = ownerOfRun(run);
  const hash = run.metadata.labels?.[POD_TEMPLATE_HASH];
  const revision = run.metadata.annotations?.[REVISION];
  if (owner?.kind !== 'Rollout' || hash === undefined || revision === undefined) return undefined;
  return releaseId(owner.uid, revision, hash);
}

/** @param evidence what this pass knows of the measurements it took, by metric; others are told as their status tells them */
export function observeAnalysisRun(
  last: AnalysisRunState | undefined,
  run: AnalysisRun,
  now: Instant,
  evidence: ReadonlyMap<string, Evidence> = new Map(),
): AnalysisRunObservation {
  const before = last?.uid === run.metadata.uid ? last : undefined;
  const state = analysisRunState(run);
  const note: Note = (type, at, message, details) => ({
    type,
    at,
    message,
    details: { analysisRun: run.metadata.name, ...ownerOf(run), ...details },
  });
  return {
    state,
    transitions: [
      ...(before === undefined ? [note('analysis-started', now, `Analysis ${run.metadata.name} started`, {})] : []),
      ...(run.status?.metricResults ?? []).flatMap((result) =>
        metricNotes({ before, run, result, evidence: evidence.get(result.name) }, note, now),
      ),
      ...endNotes(before, run, note, now),
    ],
  };
}

type Note = (type: TransitionType, at: Instant, message: string, details: JsonObject) => Transition;

function analysisRunState(run: AnalysisRun): AnalysisRunState {
  const results = run.status?.metricResults ?? [];
  const evaluated = run.metadata.annotations?.[EVALUATE_ANNOTATION];
  return {
    uid: run.metadata.uid,
    phase: run.status?.phase ?? '',
    metrics: Object.fromEntries(results.map((result) => [result.name, metricState(result)])),
    ...(evaluated === undefined ? {} : { evaluated }),
  };
}

function metricState(result: MetricResult): MetricState {
  const until = unjudged(result)?.resumeAt;
  return { taken: taken(result), phase: result.phase, ...(until !== undefined && { unjudgedUntil: until }) };
}

function unjudged({ measurements }: MetricResult): Measurement | undefined {
  const last = measurements?.at(-1);
  return last !== undefined && isUnjudged(last) ? last : undefined;
}

/** Which Rollout asked for the run, and as what (Background, Step, …). */
function ownerOf(run: AnalysisRun): JsonObject {
  const kind = run.metadata.labels?.[ROLLOUT_TYPE];
  const owner = ownerOfRun(run);
  return {
    ...(owner?.kind === 'Rollout' ? { rollout: owner.name } : {}),
    ...(kind === undefined ? {} : { analysis: kind }),
  };
}

/** Completed measurements ever taken; counters are never reduced, the list is. analysis §6.1, §10. */
function taken(result: MetricResult): number {
  return (result.count ?? 0) + (result.error ?? 0);
}

interface MetricLook {
  readonly before: AnalysisRunState | undefined;
  readonly run: AnalysisRun;
  readonly result: MetricResult;
  readonly evidence: Evidence | undefined;
}

function metricNotes(look: MetricLook, note: Note, now: Instant): Transition[] {
  const { before, run, result } = look;
  const known = before?.metrics[result.name];
  const measured = [...finishedNotes(look, note, now), ...unjudgedNotes(look, note, now)];
  if (!isCompleted(result.phase) || known?.phase === result.phase) return measured;
  const rule = ruleOf(run, result);
  const details = {
    metric: result.name,
    phase: result.phase,
    ...counters(result),
    ...(rule !== undefined && { rule }),
  };
  return [...measured, note('metric-completed', now, `Metric ${result.name} completed: ${result.phase}`, details)];
}

/** The limit that decided the metric, as Argo's messages write it. */
function ruleOf({ spec }: AnalysisRun, result: MetricResult): string | undefined {
  const metric = spec.metrics?.find(({ name }) => name === result.name);
  return metric && breachOf(metric, result)?.reason;
}

function finishedNotes({ before, run, result, evidence }: MetricLook, note: Note, now: Instant): Transition[] {
  const finished = (result.measurements ?? []).filter(({ phase }) => isCompleted(phase));
  const fresh = taken(result) - (before?.metrics[result.name]?.taken ?? 0);
  return (fresh > 0 ? finished.slice(-fresh) : []).map((measurement) =>
    note('measured', parseTimestamp(measurement.finishedAt) ?? now, measuredText(result.name, measurement), {
      ...measurementDetails(run, result, measurement, evidence),
    }),
  );
}

/** Each time there were too few requests: nothing is counted, so that only the wait tells one from the next. */
function unjudgedNotes({ before, run, result, evidence }: MetricLook, note: Note, now: Instant): Transition[] {
  const waiting = unjudged(result);
  if (waiting === undefined || waiting.resumeAt === before?.metrics[result.name]?.unjudgedUntil) return [];
  const text = `${result.name} not judged: ${waiting.message ?? ''}`;
  return [note('measured', now, text, unjudgedDetails(run, result, waiting, evidence))];
}

function measuredText(metric: string, measurement: Measurement): string {
  const value = measurement.value === undefined ? '' : ` ${measurement.value}`;
  const why = measurement.message === undefined || measurement.message === '' ? '' : `: ${measurement.message}`;
  return `${metric} =${value} → ${measurement.phase}${why}`;
}

function counters(result: MetricResult): JsonObject {
  const { successful = 0, failed = 0, inconclusive = 0, error = 0 } = result;
  return { successful, failed, inconclusive, error };
}

function endNotes(before: AnalysisRunState | undefined, run: AnalysisRun, note: Note, now: Instant): Transition[] {
  const phase = run.status?.phase ?? '';
  if (!isCompleted(phase) || before?.phase === phase) return [];
  const why = run.status?.message === undefined || run.status.message === '' ? '' : `: ${run.status.message}`;
  return [
    note('analysis-completed', now, `Analysis ${run.metadata.name} ended ${phase}${why}`, {
      phase,
      message: run.status?.message ?? '',
    }),
  ];
}
