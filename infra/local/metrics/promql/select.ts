/** From series to vectors: what a selector sees at an instant. */
import { MINUTE, type Instant, type Millis } from '#core/time.ts';
import type { Selector } from './expression.ts';
import type { Element, Point, Sample, Series, SeriesSource, Window } from './value.ts';

/** A series that was not scraped for this long is not there any more. Prometheus' default. */
export const LOOKBACK: Millis = 5 * MINUTE;

/** The newest value of each series, unless it is too old or the series has ended. */
export function selectInstant(selector: Selector, at: Instant, source: SeriesSource): readonly Element[] {
  const seenAt = at - selector.offset;
  return source.select(selector.matchers).flatMap(({ labels, samples }) => {
    const newest = samples[countUntil(samples, seenAt) - 1];
    if (newest?.value === undefined || newest.at <= seenAt - LOOKBACK) return [];
    return [{ labels, value: newest.value }];
  });
}

/** What each series showed in (at - length, at]: open on the left, as since Prometheus 3. */
export function selectRange(selector: Selector, length: Millis, at: Instant, source: SeriesSource): readonly Window[] {
  const to = at - selector.offset;
  const from = to - length;
  return source.select(selector.matchers).flatMap((series) => {
    const points = pointsBetween(series, from, to);
    return points.length === 0 ? [] : [{ labels: series.labels, points, from, to }];
  });
}

function pointsBetween({ samples }: Series, from: Instant, to: Instant): readonly Point[] {
  return samples
    .slice(countUntil(samples, from), countUntil(samples, to))
    .filter((sample): sample is Point => sample.value !== undefined);
}

/** How many samples were taken until an instant, it included. */
function countUntil(samples: readonly Sample[], at: Instant): number {
  let low = 0;
  let high = samples.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((samples[middle]?.at ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
