/** How history's lists are keyed and ordered, the same in every store. */
import type { Instant } from '../time.ts';
import type { ReleaseSummary } from './record.ts';

/** UTC day of an instant: `2026-11-24`. */
export function dayOf(instant: Instant): string {
  return new Date(instant).toISOString().slice(0, 10);
}

/** For sorting; of releases that began together, the higher revision is the newer. */
export function newestReleaseFirst(a: ReleaseSummary, b: ReleaseSummary): number {
  return b.startedAt - a.startedAt || b.revision - a.revision;
}
