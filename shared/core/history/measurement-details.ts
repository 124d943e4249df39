/** What history tells of a measurement besides its sentence: what was asked, about when, and what decided. */
import { metricDetails, type Evidence } from '../analysis/evidence.ts';
import { sinceOfRun, withVariables } from '../analysis/query-variables.ts';
import { resolveMetric } from '../analysis/substitute.ts';
import { REQUESTS, REQUESTS_NEEDED } from '../analysis/unjudged.ts';
import { windowOf } from '../analysis/window.ts';
import { InvalidSpecError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { AnalysisRun, Measurement, Metric, MetricResult } from '../resources/argo.ts';
import { parseTimestamp } from '../time.ts';

/** Short members first: where a transition must be trimmed, the long ones go. */
export function measurementDetails(
  run: AnalysisRun,
  result: MetricResult,
  measurement: Measurement,
  evidence: Evidence | undefined,
): JsonObject {
  const { phase, value, message } = measurement;
  return {
    metric: result.name,
    phase,
    ...(value !== undefined && { value }),
    ...(message !== undefined && { message }),
    ...(isAbout(evidence, measurement) ? evidence.details : asWritten(run, result, measurement)),
  };
}

/** Too few requests: neither a value nor a verdict. */
export function unjudgedDetails(
  run: AnalysisRun,
  result: MetricResult,
  { message = '', metadata, startedAt }: Measurement,
  evidence: Evidence | undefined,
): JsonObject {
  return {
    metric: result.name,
    phase: UNJUDGED,
    message,
    requests: metadata?.[REQUESTS] ?? '',
    requestsNeeded: metadata?.[REQUESTS_NEEDED] ?? '',
    ...(evidence?.details ?? asWritten(run, result, startedAt === undefined ? {} : { startedAt })),
  };
}

/** Stands where a measurement has its phase. */
export const UNJUDGED = 'Unjudged';

/** A pass takes at most one measurement of a metric; an older one, or another controller's, is told without it. */
function isAbout(evidence: Evidence | undefined, { finishedAt }: Measurement): evidence is Evidence {
  return evidence !== undefined && evidence.finishedAt === finishedAt;
}

/** What the status and the manifest still tell: who decided, and how the stable version did, nobody knows any more. */
function asWritten(run: AnalysisRun, result: MetricResult, { startedAt }: Pick<Measurement, 'startedAt'>): JsonObject {
  const metric = resolved(run, result.name, startedAt);
  const at = parseTimestamp(startedAt);
  const query = result.metadata?.['ResolvedPrometheusQuery'] ?? result.metadata?.['ResolvedNewRelicQuery'];
  return {
    ...(metric !== undefined && at !== undefined && { window: windowOf(metric, at) }),
    ...(metric !== undefined && metricDetails(metric, (text) => text)),
    ...(query !== undefined && { query }),
  };
}

const MASK = '*****';

/** With its arguments, secrets masked; as it stands where that cannot be done. */
function resolved({ metadata, spec }: AnalysisRun, name: string, startedAt: string | undefined): Metric | undefined {
  const args = (spec.args ?? []).map((arg) => (arg.valueFrom?.secretKeyRef ? { name: arg.name, value: MASK } : arg));
  const at = parseTimestamp(startedAt) ?? 0;
  const metrics = spec.metrics ?? [];
  try {
    const since = sinceOfRun({ metadata }, at);
    return metrics.map((metric) => resolveMetric(withVariables(metric, since, at), args)).find((m) => m.name === name);
  } catch (error) {
    if (error instanceof InvalidSpecError) return metrics.find((metric) => metric.name === name);
    throw error;
  }
}
