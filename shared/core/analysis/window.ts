/** The time that a measurement looked at. */
import { evaluateInstant, ConditionError } from '../expr/compile.ts';
import type { JsonObject } from '../json.ts';
import type { Metric } from '../resources/argo.ts';
import { DAY, formatTimestamp, HOUR, MINUTE, SECOND, type Instant, type Millis } from '../time.ts';

/** Of a range query, or of a query with range selectors: `from` and `to`. Else the instant: `at`. */
export function windowOf({ provider: { prometheus } }: Metric, now: Instant): JsonObject {
  if (prometheus === undefined) return { at: formatTimestamp(now) };
  if (prometheus.rangeQuery) return rangeWindow(prometheus.rangeQuery, now);
  const query = withoutStrings(prometheus.query ?? '');
  const reach = reachOf(query);
  return reach === 0 ? { at: formatTimestamp(now) } : fromTo(now - reach, now);
}

function rangeWindow(
  { start = '', end = '' }: NonNullable<NonNullable<Metric['provider']['prometheus']>['rangeQuery']>,
  now: Instant,
): JsonObject {
  try {
    return fromTo(evaluateInstant(start, now), evaluateInstant(end, now));
  } catch (error) {
    // The provider reports it; there is no window then.
    if (error instanceof ConditionError) return { at: formatTimestamp(now) };
    throw error;
  }
}

function fromTo(from: Instant, to: Instant): JsonObject {
  return { from: formatTimestamp(from), to: formatTimestamp(to) };
}

/** Label values may hold brackets. */
function withoutStrings(query: string): string {
  return query.replaceAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`/g, '""');
}

/**
 * How far back a query looks at most: the longest selector, plus subqueries and offsets around it. Where several stand side
 * by side this is more than is looked at, never less.
 */
function reachOf(query: string): Millis {
  const ranges = [...query.matchAll(/\[\s*([\da-z]+)\s*(:?)/g)];
  const lengths = (subquery: boolean) =>
    ranges.filter(([, , colon]) => (colon === ':') === subquery).map(([, text = '']) => promDuration(text));
  const offsets = [...query.matchAll(/\boffset\s+([\da-z]+)/g)].map(([, text = '']) => promDuration(text));
  return Math.max(0, ...lengths(false)) + sum(lengths(true)) + Math.max(0, ...offsets);
}

function sum(lengths: readonly Millis[]): Millis {
  return lengths.reduce((total, length) => total + length, 0);
}

const UNITS: Readonly<Record<string, Millis>> = {
  y: 365 * DAY,
  w: 7 * DAY,
  d: DAY,
  h: HOUR,
  m: MINUTE,
  s: SECOND,
  ms: 1,
};

/** `1h30m`, `5m`, and plain seconds as newer Prometheus takes them; 0 for anything else. */
function promDuration(text: string): Millis {
  if (/^\d+$/.test(text)) return Number(text) * SECOND;
  return sum([...text.matchAll(/(\d+)(ms|[ywdhms])/g)].map(([, count, unit]) => Number(count) * (UNITS[unit!] ?? 0)));
}
