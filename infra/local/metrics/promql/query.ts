/** Ask a query: at one instant, or at each step of a range. */
import type { Instant, Millis } from '#core/time.ts';
import { QueryError } from './errors.ts';
import { evaluate } from './evaluate.ts';
import { typeOf, type Expression } from './expression.ts';
import { compareLabels, labelKey, type Labels } from './labels.ts';
import { parseQuery } from './parse.ts';
import type { Element, Point, SeriesSource, Value } from './value.ts';

export type QueryResult =
  | { readonly type: 'scalar'; readonly at: Instant; readonly value: number }
  /** In the order of the labels, so that the first element is always the same one. */
  | { readonly type: 'vector'; readonly at: Instant; readonly elements: readonly Element[] }
  | { readonly type: 'matrix'; readonly series: readonly PointSeries[] };

export interface PointSeries {
  readonly labels: Labels;
  readonly points: readonly Point[];
}

export interface TimeRange {
  readonly start: Instant;
  readonly end: Instant;
  readonly step: Millis;
}

/** Prometheus' limit: a point for each of 11,000 steps. */
const MOST_POINTS = 11_000;

/** @throws QueryError */
export function queryInstant(query: string, at: Instant, source: SeriesSource): QueryResult {
  const value = evaluate(parsed(query), at, source);
  switch (value.type) {
    case 'scalar':
      return { type: 'scalar', at, value: value.value };
    case 'instant vector':
      return { type: 'vector', at, elements: byLabels(value.elements) };
    case 'range vector':
      return { type: 'matrix', series: byLabels(value.windows) };
  }
}

/** @throws QueryError */
export function queryRange(query: string, range: TimeRange, source: SeriesSource): QueryResult {
  refuseRange(range);
  const expression = parsed(query);
  if (typeOf(expression) === 'range vector') {
    throw new QueryError(
      'bad_data',
      'invalid expression type "range vector" for range query, must be Scalar or instant Vector',
    );
  }
  const series = new Map<string, { labels: Labels; points: Point[] }>();
  for (let at = range.start; at <= range.end; at += range.step) {
    for (const { labels, value } of elementsAt(evaluate(expression, at, source))) {
      const key = labelKey(labels);
      const known = series.get(key) ?? { labels, points: [] };
      known.points.push({ at, value });
      series.set(key, known);
    }
  }
  return { type: 'matrix', series: byLabels([...series.values()]) };
}

/** Says that it was the query, not another parameter of the API. */
function parsed(query: string): Expression {
  try {
    return parseQuery(query);
  } catch (error) {
    if (!(error instanceof QueryError) || error.errorType !== 'bad_data') throw error;
    throw new QueryError('bad_data', `invalid parameter "query": ${error.message}`, { cause: error });
  }
}

function refuseRange({ start, end, step }: TimeRange): void {
  if (step <= 0) {
    throw new QueryError(
      'bad_data',
      'zero or negative query resolution step widths are not accepted. Try a positive integer',
    );
  }
  if (end < start) throw new QueryError('bad_data', 'end timestamp must not be before start time');
  if ((end - start) / step > MOST_POINTS) {
    throw new QueryError(
      'bad_data',
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    );
  }
}

/** A scalar over time is one series without labels. */
function elementsAt(value: Value): readonly Element[] {
  if (value.type === 'scalar') return [{ labels: {}, value: value.value }];
  return value.type === 'instant vector' ? value.elements : [];
}

function byLabels<T extends { readonly labels: Labels }>(series: readonly T[]): readonly T[] {
  return series.toSorted((a, b) => compareLabels(a.labels, b.labels));
}
