/**
 * `weir.dev/min-requests`: a measurement that stands on fewer requests says nothing. It is kept in flight, so that no
 * counter moves, and is taken anew after the metric's interval. decisions 009.
 */
import { durationOrUndefined } from '../duration.ts';
import { InvalidSpecError } from '../errors.ts';
import type { AnalysisRun, Argument, Metric } from '../resources/argo.ts';
import type { Instant } from '../time.ts';
import { RETRY_DELAY } from './due.ts';
import type { MeasurementTask, Reading, RequestsNeeded } from './reading.ts';
import { MIN_REQUESTS, REQUESTS_QUERY, TEMPLATE_REQUESTS, type TemplateRequests } from './run-annotations.ts';
import { resolveText } from './substitute.ts';
import { REQUESTS, REQUESTS_NEEDED } from './unjudged.ts';

/** Rules by metric name, as the spec writes it. A template's own rule wins over that of the Rollout. */
export type RequestsRules = ReadonlyMap<string, RequestsNeeded>;

/**
 * @param filled a query with Weir's variables in it
 * @throws InvalidSpecError for half a rule, or a number that is none
 */
export function requestsRules(
  { metadata, spec }: AnalysisRun,
  args: readonly Argument[],
  filled: (query: string) => string,
): RequestsRules {
  const { [MIN_REQUESTS]: min, [REQUESTS_QUERY]: query, [TEMPLATE_REQUESTS]: own } = metadata.annotations ?? {};
  const names = (spec.metrics ?? []).map(({ name }) => name);
  const rules = [{ metrics: names, min, query }, ...templateRules(own)];
  return new Map(
    rules.flatMap((rule) => {
      const needed = neededOf(rule, (query) => resolveText(filled(query), args));
      return needed === undefined ? [] : rule.metrics.map((name) => [name, needed] as const);
    }),
  );
}

function templateRules(json: string | undefined): readonly TemplateRequests[] {
  if (json === undefined) return [];
  try {
    return JSON.parse(json) as readonly TemplateRequests[];
  } catch (error) {
    throw new InvalidSpecError(`annotation ${TEMPLATE_REQUESTS} is not JSON`, { cause: error });
  }
}

type GivenRule = { readonly min?: string | undefined; readonly query?: string | undefined };

/** Both are needed: Weir cannot know which series counts the requests that a metric judges. */
function neededOf({ min, query }: GivenRule, resolve: (query: string) => string): RequestsNeeded | undefined {
  if (min === undefined && query === undefined) return undefined;
  if (min === undefined) throw new InvalidSpecError(`annotation ${REQUESTS_QUERY} needs ${MIN_REQUESTS} beside it`);
  if (query === undefined) throw new InvalidSpecError(`annotation ${MIN_REQUESTS} needs ${REQUESTS_QUERY} beside it`);
  if (!/^\d+$/.test(min)) throw new InvalidSpecError(`annotation ${MIN_REQUESTS}: "${min}" is not a whole number`);
  return { min: Number(min), query: resolve(query) };
}

/** The task that asks for the number of requests: the metric's own source, another query. */
export function requestsTask(task: MeasurementTask, { query }: RequestsNeeded): MeasurementTask {
  return { ...task, metric: withQuery(task.metric, query) };
}

/** The same Prometheus metric with another query, at this instant. */
export function withQuery(metric: Metric, query: string): Metric {
  const { rangeQuery: _range, ...prometheus } = metric.provider.prometheus ?? {};
  return { ...metric, provider: { prometheus: { ...prometheus, query } } };
}

/** All series together; no series, and no number, are no requests. undefined: not an answer of Prometheus. */
export function requestCount(reading: Reading): number | undefined {
  if (reading.kind !== 'value') return undefined;
  switch (reading.value.kind) {
    case 'scalar':
      return finite(reading.value.value);
    case 'vector':
      return reading.value.values.reduce((sum, value) => sum + finite(value), 0);
    case 'nil':
    case 'json':
    case 'records':
    case 'metric-data':
      return undefined;
  }
}

function finite(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}

/** Asked again after the interval, as if it had been measured. */
export function tooFewRequests(metric: Metric, count: number, min: number, now: Instant): Reading {
  const resumeAt = now + (durationOrUndefined(metric.interval) ?? RETRY_DELAY);
  const metadata = { [REQUESTS]: String(count), [REQUESTS_NEEDED]: String(min) };
  return { kind: 'pending', resumeAt, message: `too few requests: ${count} < ${min}`, metadata };
}
