/** Results as Prometheus' HTTP API writes them: times in seconds, values as text. */
import { SECOND, type Instant } from '#core/time.ts';
import type { Labels } from './labels.ts';
import type { QueryResult } from './query.ts';

type PointJson = readonly [number, string];

export type ResultJson =
  | { readonly resultType: 'scalar'; readonly result: PointJson }
  | {
      readonly resultType: 'vector';
      readonly result: readonly { readonly metric: Labels; readonly value: PointJson }[];
    }
  | {
      readonly resultType: 'matrix';
      readonly result: readonly { readonly metric: Labels; readonly values: readonly PointJson[] }[];
    };

export function resultJson(result: QueryResult): ResultJson {
  switch (result.type) {
    case 'scalar':
      return { resultType: 'scalar', result: point(result.at, result.value) };
    case 'vector':
      return {
        resultType: 'vector',
        result: result.elements.map(({ labels, value }) => ({ metric: labels, value: point(result.at, value) })),
      };
    case 'matrix':
      return {
        resultType: 'matrix',
        result: result.series.map(({ labels, points }) => ({
          metric: labels,
          values: points.map(({ at, value }) => point(at, value)),
        })),
      };
  }
}

/** Shortest text that reads back as the same number; `NaN`, `+Inf`, `-Inf`. */
export function formatValue(value: number): string {
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  return Object.is(value, -0) ? '-0' : String(value);
}

function point(at: Instant, value: number): PointJson {
  return [at / SECOND, formatValue(value)];
}
