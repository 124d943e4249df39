/** `histogram_quantile`: where a share of the observations lies, read from cumulative buckets. Prometheus promql/quantile.go. */
import { dropLabels, labelKey, labelValue, METRIC_NAME } from './labels.ts';
import type { Element } from './value.ts';

interface Bucket {
  readonly upperBound: number;
  /** Observations up to the bound. */
  readonly count: number;
}

/** Counts that differ by less than this share are equal: sums of rates are not exact. */
const TOLERANCE = 1e-12;
const SMALLEST_NORMAL = 2.2250738585072014e-308;

/** One quantile per histogram: all buckets whose labels, without `le`, are the same. A series without `le` is left out. */
export function histogramQuantile(quantile: number, elements: readonly Element[]): readonly Element[] {
  const buckets = elements.flatMap((element) => {
    const upperBound = parseBound(labelValue(element.labels, 'le'));
    return upperBound === undefined
      ? []
      : [{ labels: dropLabels(element.labels, ['le', METRIC_NAME]), upperBound, count: element.value }];
  });
  const histograms = Map.groupBy(buckets, ({ labels }) => labelKey(labels));
  return [...histograms.values()].map((histogram) => ({
    labels: histogram[0]?.labels ?? {},
    value: bucketQuantile(quantile, histogram),
  }));
}

/**
 * Linear between the bounds of the bucket in which it lies, from 0 in the first; the highest finite bound when it lies
 * above that.
 * @returns NaN without observations, without a bucket `+Inf` or without another bucket
 */
export function bucketQuantile(quantile: number, buckets: readonly Bucket[]): number {
  if (Number.isNaN(quantile)) return Number.NaN;
  if (quantile < 0) return -Infinity;
  if (quantile > 1) return Infinity;
  const sorted = nonDecreasing(merged(buckets));
  const total = sorted.at(-1);
  if (total?.upperBound !== Infinity || sorted.length < 2 || total.count === 0) return Number.NaN;
  return interpolate(sorted, quantile * total.count);
}

function interpolate(sorted: readonly Bucket[], rank: number): number {
  const finite = sorted.slice(0, -1);
  const index = finite.findIndex((bucket) => bucket.count >= rank);
  const bucket = finite[index];
  if (bucket === undefined) return finite.at(-1)?.upperBound ?? Number.NaN;
  if (index === 0 && bucket.upperBound <= 0) return bucket.upperBound;
  const lower = finite[index - 1] ?? { upperBound: 0, count: 0 };
  return (
    lower.upperBound + (bucket.upperBound - lower.upperBound) * ((rank - lower.count) / (bucket.count - lower.count))
  );
}

/** By bound; buckets of one bound (`1` and `1.0`) are one. */
function merged(buckets: readonly Bucket[]): readonly Bucket[] {
  const byBound = Map.groupBy(buckets, (bucket) => bucket.upperBound);
  return [...byBound]
    .map(([upperBound, same]) => ({ upperBound, count: same.reduce((sum, bucket) => sum + bucket.count, 0) }))
    .toSorted((a, b) => a.upperBound - b.upperBound);
}

/** Buckets are scraped and added up one by one: where a higher one shows less than a lower one, it takes that count. */
function nonDecreasing(sorted: readonly Bucket[]): readonly Bucket[] {
  let least = sorted[0]?.count ?? 0;
  return sorted.map((bucket) => {
    if (bucket.count > least && !almostEqual(bucket.count, least)) least = bucket.count;
    return { ...bucket, count: least };
  });
}

function almostEqual(a: number, b: number): boolean {
  const size = Math.abs(a) + Math.abs(b);
  const difference = Math.abs(a - b);
  if (a === 0 || b === 0 || size < SMALLEST_NORMAL) return difference < TOLERANCE * SMALLEST_NORMAL;
  return difference / Math.min(size, Number.MAX_VALUE) < TOLERANCE;
}

/** As Go reads a float: `0.5`, `1e3`, `+Inf`. */
function parseBound(text: string): number | undefined {
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}
