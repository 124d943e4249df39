/** When a cluster gave no answer: what happened there meanwhile is known only by its end. */
import type { Instant } from '../time.ts';

export interface Gap {
  readonly from: Instant;
  /** Absent: it still gives none. */
  readonly to?: Instant;
  readonly reason: string;
}

/** Kept per cluster, newest last. */
const MOST = 20;

/**
 * What is known after another look.
 * @param problem why there was no answer; undefined: there was one
 * @returns the very same list when nothing changed
 */
export function afterLook(gaps: readonly Gap[], problem: string | undefined, now: Instant): readonly Gap[] {
  const last = gaps.at(-1);
  const isOpen = last !== undefined && last.to === undefined;
  if (problem !== undefined) return isOpen ? gaps : [...gaps, { from: now, reason: problem }].slice(-MOST);
  return isOpen ? [...gaps.slice(0, -1), { ...last, to: now }] : gaps;
}

/** Those that touch a stretch of time. */
export function gapsWithin(gaps: readonly Gap[], from: Instant, to = Number.POSITIVE_INFINITY): readonly Gap[] {
  return gaps.filter((gap) => gap.from <= to && (gap.to ?? Number.POSITIVE_INFINITY) >= from);
}
