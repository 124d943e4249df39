import { SECOND } from '#core/time.ts';
import type { Labels } from '../../../../../infra/local/metrics/promql/labels.ts';
import { matchesAll } from '../../../../../infra/local/metrics/promql/matchers.ts';
import { queryInstant, type QueryResult } from '../../../../../infra/local/metrics/promql/query.ts';
import type { Series, SeriesSource } from '../../../../../infra/local/metrics/promql/value.ts';

/** Samples by second; null ends the series. */
export function aSeries(name: string, labels: Labels, samples: Readonly<Record<number, number | null>>): Series {
  return {
    labels: { __name__: name, ...labels },
    samples: Object.entries(samples).map(([second, value]) => ({
      at: Number(second) * SECOND,
      value: value ?? undefined,
    })),
  };
}

/** One value for each of the given seconds, `every` seconds apart. */
export function every(seconds: number, values: readonly (number | null)[]): Record<number, number | null> {
  return Object.fromEntries(values.map((value, index) => [index * seconds, value]));
}

export function sourceOf(...series: readonly Series[]): SeriesSource {
  return { select: (matchers) => series.filter(({ labels }) => matchesAll(labels, matchers)) };
}

/** The answer as one line per element: `name{a="b"}` → value; a scalar by itself. */
export function ask(query: string, second: number, source: SeriesSource): unknown {
  return readable(queryInstant(query, second * SECOND, source));
}

function readable(result: QueryResult): unknown {
  switch (result.type) {
    case 'scalar':
      return result.value;
    case 'vector':
      return result.elements.map(({ labels, value }) => [labels, value]);
    case 'matrix':
      return result.series.map(({ labels, points }) => [labels, points.map(({ value }) => value)]);
  }
}
