/** Runs, metrics and readings for tests: they show only what a test is about. */
import type { AnalysisSnapshot } from '#core/analysis/assess.ts';
import { assessRun } from '#core/analysis/assess.ts';
import { planMeasurements, type PlanOptions, type ReadyPlan } from '#core/analysis/measure.ts';
import type { TakenReading } from '#core/analysis/measurement.ts';
import type { MeasurementTask, Reading } from '#core/analysis/reading.ts';
import type { JsonValue } from '#core/json.ts';
import type { AnalysisRun, AnalysisRunSpec, AnalysisRunStatus, Measurement, Metric } from '#core/resources/argo.ts';
import { formatTimestamp, SECOND, type Instant } from '#core/time.ts';

export const EPOCH = Date.UTC(2024, 0, 1);

/** The instant so many seconds after the epoch of the tests. */
export function at(seconds: number): Instant {
  return EPOCH + seconds * SECOND;
}

export function stamp(seconds: number): string {
  return formatTimestamp(at(seconds));
}

export function aMetric(fields: Partial<Metric> = {}): Metric {
  return { name: 'm', provider: { web: { url: 'http://metrics' } }, ...fields };
}

export function aRun(spec: Partial<AnalysisRunSpec> = {}, status?: Partial<AnalysisRunStatus>): AnalysisRun {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisRun',
    metadata: { name: 'run', namespace: 'shop', uid: 'run-uid' },
    spec: { metrics: [aMetric()], ...spec },
    ...(status && { status: { phase: 'Running', ...status } }),
  };
}

/** A measurement that ended at once. */
export function measured(phase: string, seconds: number, fields: Partial<Measurement> = {}): Measurement {
  return { phase, startedAt: stamp(seconds), finishedAt: stamp(seconds), ...fields };
}

export function value(json: JsonValue): Reading {
  return { kind: 'value', value: { kind: 'json', json }, text: JSON.stringify(json) };
}

export function verdict(phase: Extract<Reading, { kind: 'verdict' }>['phase']): Reading {
  return { kind: 'verdict', phase };
}

/** A plan that must be ready. */
export function plan(run: AnalysisRun, now: Instant, options: PlanOptions = {}): ReadyPlan {
  const planned = planMeasurements(run, new Map(), now, options);
  if (planned.state === 'invalid') throw new Error(planned.message);
  return planned;
}

export function taken(task: MeasurementTask, reading: Reading, finishedAt = task.now): TakenReading {
  return { task, reading, finishedAt };
}

/** One pass in which each task is answered by the reading under its metric's name. */
export function snapshot(run: AnalysisRun, seconds: number, readings: Record<string, Reading> = {}): AnalysisSnapshot {
  const now = at(seconds);
  const ready = plan(run, now);
  const answered = ready.tasks.flatMap((task) => {
    const reading = readings[task.metric.name];
    return reading === undefined ? [] : [taken(task, reading)];
  });
  return { now, run, plan: ready, readings: answered };
}

/** The run as it is stored after that pass. */
export function reconciled(run: AnalysisRun, seconds: number, readings: Record<string, Reading> = {}): AnalysisRun {
  const { status } = assessRun(snapshot(run, seconds, readings));
  return status === undefined ? run : { ...run, status };
}
