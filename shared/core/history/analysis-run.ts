/** Which transitions lie between the last record of an AnalysisRun and the object as the API server holds it now. */
import { EVALUATE_ANNOTATION } from '../alerts/evaluate.ts';
import type { JsonObject } from '../json.ts';
import { isCompleted, type AnalysisRun, type Measurement, type Metric, type MetricResult } from '../resources/argo.ts';
import { POD_TEMPLATE_HASH, REVISION, ROLLOUT_TYPE } from '../resources/keys.ts';
import { controllerOf } from '../resources/kubernetes.ts';
import { parseTimestamp, type Instant } from '../time.ts';
import type { Transition, TransitionType } from './record.ts';
import { releaseId } from './release.ts';

/** Per metric: how many measurements were taken in all, and its phase. */
export interface AnalysisRunState {
  readonly uid: string;
  readonly phase: string;
  readonly metrics: Readonly<Record<string, { readonly taken: number; readonly phase: string }>>;
  /** The last request to measure at once that was carried out. */
  readonly evaluated?: string;
}

export interface AnalysisRunObservation {
  readonly state: AnalysisRunState;
  readonly transitions: readonly Transition[];
}

/** The release of the Rollout that made the run; undefined for a run of its own. */
export function releaseOf(run: AnalysisRun): string | undefined {
  const owner = controllerOf(run);
  const hash = run.metadata.labels?.[POD_TEMPLATE_HASH];
  const revision = run.metadata.annotations?.[REVISION];
  if (owner?.kind !== 'Rollout' || hash === undefined || revision === undefined) return undefined;
  return releaseId(owner.uid, revision, hash);
}

export function observeAnalysisRun(
  last: AnalysisRunState | undefined,
  run: AnalysisRun,
  now: Instant,
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
      ...(run.status?.metricResults ?? []).flatMap((result) => metricNotes(before, run, result, note, now)),
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
    metrics: Object.fromEntries(results.map((result) => [result.name, { taken: taken(result), phase: result.phase }])),
    ...(evaluated === undefined ? {} : { evaluated }),
  };
}

/** Which Rollout asked for the run, and as what (Background, Step, …). */
function ownerOf(run: AnalysisRun): JsonObject {
  const kind = run.metadata.labels?.[ROLLOUT_TYPE];
  const owner = controllerOf(run);
  return {
    ...(owner?.kind === 'Rollout' ? { rollout: owner.name } : {}),
    ...(kind === undefined ? {} : { analysis: kind }),
  };
}

/** Completed measurements ever taken; counters are never reduced, the list is. analysis §6.1, §10. */
function taken(result: MetricResult): number {
  return (result.count ?? 0) + (result.error ?? 0);
}

function metricNotes(
  before: AnalysisRunState | undefined,
  run: AnalysisRun,
  result: MetricResult,
  note: Note,
  now: Instant,
): Transition[] {
  const known = before?.metrics[result.name];
  const metric = run.spec.metrics.find(({ name }) => name === result.name);
  const finished = (result.measurements ?? []).filter(({ phase }) => isCompleted(phase));
  const fresh = taken(result) - (known?.taken ?? 0);
  const measured = (fresh > 0 ? finished.slice(-fresh) : []).map((measurement) =>
    note('measured', parseTimestamp(measurement.finishedAt) ?? now, measuredText(result.name, measurement), {
      ...measurementDetails(measurement, result, metric),
    }),
  );
  if (!isCompleted(result.phase) || known?.phase === result.phase) return measured;
  const details = { metric: result.name, phase: result.phase, ...counters(result) };
  return [...measured, note('metric-completed', now, `Metric ${result.name} completed: ${result.phase}`, details)];
}

function measuredText(metric: string, measurement: Measurement): string {
  const value = measurement.value === undefined ? '' : ` ${measurement.value}`;
  const why = measurement.message === undefined || measurement.message === '' ? '' : `: ${measurement.message}`;
  return `${metric} =${value} → ${measurement.phase}${why}`;
}

function measurementDetails(measurement: Measurement, result: MetricResult, metric: Metric | undefined): JsonObject {
  const query = result.metadata?.['ResolvedPrometheusQuery'] ?? result.metadata?.['ResolvedNewRelicQuery'];
  return {
    metric: result.name,
    phase: measurement.phase,
    ...(measurement.value === undefined ? {} : { value: measurement.value }),
    ...(measurement.message === undefined ? {} : { message: measurement.message }),
    ...(query === undefined ? {} : { query }),
    ...(metric?.successCondition === undefined ? {} : { successCondition: metric.successCondition }),
    ...(metric?.failureCondition === undefined ? {} : { failureCondition: metric.failureCondition }),
  };
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
