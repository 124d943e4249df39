/**
 * Signals that abort when a time is over. Those that begin within the same twentieth of a second, for the same length, share
 * one: hundreds of requests a second then have a handful of timers, and not one of each for half a minute.
 */
import { setMaxListeners } from 'node:events';
import { SECOND, type Millis } from '#core/time.ts';

const STEP: Millis = 50;
/** Shorter ones are exact. */
const SHARED_FROM: Millis = 5 * SECOND;

const newest = new Map<Millis, { readonly step: number; readonly signal: AbortSignal }>();

/** Aborts not before `length` has passed in real time, and at most 50 ms after it. */
export function deadlineSignal(length: Millis): AbortSignal {
  if (length < SHARED_FROM) return AbortSignal.timeout(length);
  const step = Math.floor(performance.now() / STEP);
  const known = newest.get(length);
  if (known?.step === step) return known.signal;
  const signal = AbortSignal.timeout(length + STEP);
  setMaxListeners(0, signal);
  newest.set(length, { step, signal });
  return signal;
}
