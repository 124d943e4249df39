/** How fast a series grows, from what it showed in a window. Prometheus promql/functions.go extrapolatedRate, instantValue. */
import { SECOND } from '#core/time.ts';
import type { Point, Window } from './value.ts';

/** Growth per second, counter resets repaired. Undefined with fewer than two points. */
export function rate(window: Window): number | undefined {
  const growth = increase(window);
  return growth === undefined ? undefined : growth / ((window.to - window.from) / SECOND);
}

/** Growth over the whole window, counter resets repaired. */
export function increase(window: Window): number | undefined {
  const { points } = window;
  const [first, last] = ends(points);
  if (first === undefined || last === undefined) return undefined;
  const growth = last.value - first.value + lostInResets(points);
  // A counter cannot have been below zero: so it does not reach back further than to where it began.
  const sinceZero =
    growth > 0 && first.value >= 0 ? (last.at - first.at) * (first.value / growth) : Number.POSITIVE_INFINITY;
  return extrapolate(growth, window, sinceZero);
}

/** Difference over the whole window of something that may fall. */
export function delta(window: Window): number | undefined {
  const [first, last] = ends(window.points);
  if (first === undefined || last === undefined) return undefined;
  return extrapolate(last.value - first.value, window, Number.POSITIVE_INFINITY);
}

/** Growth per second between the last two points. */
export function irate({ points }: Window): number | undefined {
  const [before, last] = points.slice(-2);
  if (before === undefined || last === undefined) return undefined;
  const growth = last.value < before.value ? last.value : last.value - before.value;
  return growth / ((last.at - before.at) / SECOND);
}

/**
 * What the points show, stretched to the window's ends: up to an end that is about one scrape away, else by half the
 * mean distance of two points, since the series then is taken to begin or end there.
 * @param longestStart how far before the first point it may have begun
 */
function extrapolate(growth: number, { points, from, to }: Window, longestStart: number): number | undefined {
  const [first, last] = ends(points);
  if (first === undefined || last === undefined) return undefined;
  const covered = last.at - first.at;
  const step = covered / (points.length - 1);
  const reach = (gap: number): number => (gap >= step * 1.1 ? step / 2 : gap);
  const before = Math.min(reach(first.at - from), longestStart);
  const after = reach(to - last.at);
  return growth * ((covered + before + after) / covered);
}

/** A value below the one before it: the counter began again at zero, what it had is to be added. */
function lostInResets(points: readonly Point[]): number {
  return points.reduce((lost, point, index) => {
    const before = points[index - 1];
    return before !== undefined && point.value < before.value ? lost + before.value : lost;
  }, 0);
}

/** Two different points, or nothing. */
function ends(points: readonly Point[]): readonly [Point, Point] | readonly [] {
  const first = points[0];
  const last = points.at(-1);
  return first === undefined || last === undefined || first === last ? [] : [first, last];
}
