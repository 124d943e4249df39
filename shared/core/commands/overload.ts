/** Do accepted orders wait for too long, or too many of them? Judged per lane, so that one flood is not everybody's. */
import { SECOND, type Instant, type Millis } from '../time.ts';

/** One order that was accepted and is not finished. */
export interface WaitingOrder {
  /** Whose it is: orders of one lane wait for each other, those of different lanes take turns. */
  readonly lane: string;
  readonly receivedAt: Instant;
}

/** An order that waited for as long has not been done in time. */
export const LONG_WAIT: Millis = 10 * SECOND;
/** As many of one lane are late where one of them has waited long; fewer may be one cluster's that does not answer. */
export const FEW = 24;
/** The most of one lane. */
export const MANY = 128;
/** The most of all lanes: about what is applied in ten seconds. */
export const MOST = 512;

/** What stops a release or keeps one from going on is taken however much waits: people order it, and few at a time. */
const STOPPING: readonly string[] = ['abort', 'pause', 'undo', 'freeze'];

export function isStopping(verb: string): boolean {
  return STOPPING.includes(verb);
}

/** @param waiting the oldest, up to MOST of them */
export function isOverloaded(lane: string, waiting: readonly WaitingOrder[], now: Instant): boolean {
  if (waiting.length >= MOST) return true;
  const own = waiting.filter((order) => order.lane === lane);
  const isLate = own.some(({ receivedAt }) => now - receivedAt >= LONG_WAIT);
  return own.length >= (isLate ? FEW : MANY);
}
