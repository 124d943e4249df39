/** Real time, in whole milliseconds as the rest of the world tells it. */
import type { Instant, Millis } from '#core/time.ts';
import type { Cancel, Timers } from '../local/clock.ts';

export const processClock: Timers = {
  now: (): Instant => Date.now(),
  after(delay: Millis, task: () => void | Promise<void>): Cancel {
    const timer = setTimeout(() => void task(), Math.max(0, delay));
    return () => clearTimeout(timer);
  },
};
