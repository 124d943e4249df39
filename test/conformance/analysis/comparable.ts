/** Making what Weir did and what the reference did comparable: times as seconds, what is not meant literally removed. */
import type { AnalysisRunStatus } from '#core/resources/argo.ts';
import type { JsonObject, JsonValue } from '#core/json.ts';
import { hasOtherExamples, type RecordedRequest } from './examples.ts';

export const EPOCH = Date.UTC(2024, 0, 1);

const TIMES = new Set(['startedAt', 'finishedAt', 'completedAt', 'resumeAt']);
const QUERY_TIMES = new Set(['time', 'start', 'end']);
const COUNTERS = ['count', 'successful', 'failed', 'inconclusive', 'error', 'consecutiveError', 'consecutiveSuccess'];

/** The words of the expression library behind a condition error are its own. */
const CONDITION_ERROR =
  /(could not evaluate (?:success|failure)Condition ".*?": )(?!metric result is nil or empty)[^]*$/;
/** … and so are those of Go's JSON and number parsers. */
const PARSER_ERROR = /(Could not parse JSON body: |could not parse account ID: )[^]*$/;
/** A token without closing braces swallows the metric as Go wrote it, empty objects included. */
const SWALLOWED = /(failed to resolve \{\{[^"]*)"[^]*$/;
/** The examples kept here agree to the word; others are held to what is meant literally. */
const FOREIGN_WORDS = hasOtherExamples() ? [CONDITION_ERROR, PARSER_ERROR, SWALLOWED] : [];

export function secondsOf(timestamp: string): number {
  return (Date.parse(timestamp) - EPOCH) / 1000;
}

/** A status as the examples write it: times in seconds, all counters of a result, results by name. */
export function comparableStatus(status: AnalysisRunStatus | JsonObject | undefined): JsonValue | undefined {
  if (status === undefined) return undefined;
  const { runSummary, metricResults, ...rest } = comparableText(withSeconds(status as JsonObject));
  const results = ((metricResults ?? []) as JsonObject[]).map(withCounters);
  return {
    ...rest,
    ...(runSummary !== undefined && Object.keys(runSummary as JsonObject).length > 0 && { runSummary }),
    ...(results.length > 0 && { metricResults: results.toSorted(byName) }),
  };
}

/** Any JSON with the wording of foreign parsers removed from its texts. */
export function comparableText<T extends JsonValue>(value: T): T {
  return neutral(value) as T;
}

function neutral(value: JsonValue): JsonValue {
  if (typeof value === 'string') return FOREIGN_WORDS.reduce((text, words) => text.replace(words, '$1…'), value);
  return mapJson(value, neutral);
}

/** Any JSON without null and the empty lists and objects that Go's serialization adds. */
export function withoutEmpty(value: JsonValue): JsonValue | undefined {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((item) => withoutEmpty(item) ?? {});
  const entries = Object.entries(value).flatMap(([key, member]) => {
    const kept = withoutEmpty(member);
    return kept === undefined || kept === null ? [] : [[key, kept] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** Requests to different keys come in any order; only the headers that the example names are looked at. */
export function comparableRequests(
  requests: readonly RecordedRequest[],
  expected: readonly RecordedRequest[],
): readonly JsonObject[] {
  const ordered = requests.toSorted((a, b) => a.key.localeCompare(b.key));
  const wanted = expected.toSorted((a, b) => a.key.localeCompare(b.key));
  return ordered.map((request, index) => comparableRequest(request, wanted[index]));
}

function comparableRequest(request: RecordedRequest, like: RecordedRequest | undefined): JsonObject {
  const { key, method, path, headers = {}, body = '' } = request;
  const names = Object.keys(like?.headers ?? {}).map((name) => name.toLowerCase());
  const sent = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const [place = '', query = ''] = path.split('?');
  return {
    key,
    method,
    path: place,
    query: comparableForm(query, like?.path.split('?')[1] ?? ''),
    headers: Object.fromEntries(sent.filter(([name]) => names.includes(name))),
    body: comparableBody(body, like?.body ?? ''),
  };
}

/** Members of JSON in any order, else the fields of a form. */
function comparableBody(body: string, like: string): JsonValue {
  try {
    return JSON.parse(body) as JsonValue;
  } catch {
    return comparableForm(body, like);
  }
}

/** Fields in any order. Of the times of a query the examples leave out some, and write `*` for others. */
function comparableForm(text: string, like: string): JsonObject {
  const wanted = new URLSearchParams(like);
  const fields = [...new URLSearchParams(text)].filter(([name]) => wanted.has(name) || !QUERY_TIMES.has(name));
  return Object.fromEntries(fields.map(([name, value]) => [name, wanted.get(name) === '*' ? '*' : value]));
}

/** Times as seconds since the epoch of the examples. */
export function withSeconds<T extends JsonValue>(value: T): T {
  return seconds(value) as T;
}

function seconds(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return mapJson(value, seconds);
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, member]) => [
      key,
      TIMES.has(key) && typeof member === 'string' ? secondsOf(member) : seconds(member),
    ]),
  );
}

function withCounters(result: JsonObject): JsonObject {
  return { ...Object.fromEntries(COUNTERS.map((name) => [name, 0])), ...result };
}

function byName(a: JsonObject, b: JsonObject): number {
  return (a['name'] as string) < (b['name'] as string) ? -1 : 1;
}

function mapJson(value: JsonValue, change: (value: JsonValue) => JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(change);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, change(member)]));
}
