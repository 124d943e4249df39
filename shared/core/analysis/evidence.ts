/** What stands behind a measurement, for history: what was asked, about which time, and which rule decided. decisions 009. */
import type { JsonObject } from '../json.ts';
import type { Metric } from '../resources/argo.ts';
import { formatTimestamp } from '../time.ts';
import { judgeValue } from './judge-value.ts';
import type { TakenReading } from './measurement.ts';
import type { MeasurementTask, Reading } from './reading.ts';
import { redactor, type Redact } from './secrets.ts';
import { REQUESTS } from './unjudged.ts';
import { windowOf } from './window.ts';

/** Longer queries are cut: a transition must fit into an item, and the value of stable beside it. */
const QUERY_LENGTH = 800;

export interface Evidence {
  /** The instant the measurement ended, as its status tells it: which measurement this is about. */
  readonly finishedAt: string;
  /** Plain data of a transition; no secrets. */
  readonly details: JsonObject;
}

/** By metric name. @param secrets what must not be shown */
export function evidenceOf(
  readings: readonly TakenReading[],
  secrets: readonly string[],
): ReadonlyMap<string, Evidence> {
  const redact = redactor(secrets);
  return new Map(readings.map((taken) => [taken.task.metric.name, evidence(taken, redact)]));
}

function evidence(taken: TakenReading, redact: Redact): Evidence {
  const { task, reading, finishedAt } = taken;
  return {
    finishedAt: formatTimestamp(finishedAt),
    details: {
      rule: redact(ruleOf(taken)),
      window: windowOf(task.metric, task.now),
      ...requestsSeen(reading),
      ...stableDetails(taken, redact),
      ...metricDetails(task.metric, redact),
    },
  };
}

/** Query and conditions of a metric whose arguments are filled in. */
export function metricDetails(metric: Metric, redact: Redact): JsonObject {
  const { successCondition, failureCondition } = metric;
  const query = queryOf(metric);
  return {
    ...(query !== undefined && { query: cut(redact(query)) }),
    ...(successCondition !== undefined && { successCondition: redact(successCondition) }),
    ...(failureCondition !== undefined && { failureCondition: redact(failureCondition) }),
  };
}

function ruleOf({ task, reading, finishedAt }: TakenReading): string {
  switch (reading.kind) {
    case 'value':
      return verdictText(task, reading, finishedAt);
    case 'verdict':
      return `the ${reading.phase} of the metrics system itself`;
    case 'pending':
      return reading.message ?? 'not finished';
    case 'error':
      return 'no value to judge';
  }
}

function verdictText({ metric }: MeasurementTask, { value }: Extract<Reading, { kind: 'value' }>, now: number): string {
  const verdict = judgeValue(metric, value, now);
  return verdict.ok ? verdict.rule : verdict.message;
}

function requestsSeen(reading: Reading): JsonObject {
  const requests = reading.kind === 'error' ? undefined : reading.metadata?.[REQUESTS];
  return requests === undefined ? {} : { requests };
}

/** Shown beside the canary's value; it decides nothing. */
function stableDetails({ task, stable }: TakenReading, redact: Redact): JsonObject {
  if (task.stable === undefined || stable === undefined) return {};
  const query = cut(redact(queryOf(task.stable) ?? ''));
  switch (stable.kind) {
    case 'value':
      return { stable: { value: cut(redact(stable.text)), query } };
    case 'error':
      return { stable: { error: cut(redact(stable.message)), query } };
    case 'verdict':
    case 'pending':
      return {};
  }
}

/** What a person would paste into the metrics system; undefined where there is no such text. */
function queryOf({ provider }: Metric): string | undefined {
  const { prometheus, datadog, newRelic, wavefront, graphite, influxdb, skywalking, cloudWatch, web } = provider;
  const single = [prometheus, datadog, newRelic, wavefront, graphite, influxdb, skywalking].find(
    (settings) => settings?.query !== undefined,
  )?.query;
  if (single !== undefined) return single;
  if (datadog?.queries !== undefined) return JSON.stringify(datadog.queries);
  if (cloudWatch !== undefined) return JSON.stringify(cloudWatch.metricDataQueries);
  return web?.url;
}

function cut(text: string): string {
  return text.length <= QUERY_LENGTH ? text : `${text.slice(0, QUERY_LENGTH).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
