/** The clock of the local stack: one time for all parts, as fast as asked, and timers on it. */
import type { Instant, Millis } from '#core/time.ts';
import type { Clock } from '#shared/ports.ts';

export type Cancel = () => void;

/** A clock on which work can be put off. Tasks that are due together run in the order in which they were put. */
export interface Timers extends Clock {
  /** Run a task once, `delay` of this clock's time from now. A task handles its own errors. */
  after(delay: Millis, task: () => void | Promise<void>): Cancel;
}

/** Real time, `speed` times as fast: at speed 60 a minute passes in a second. */
export class ScaledClock implements Timers {
  readonly #speed: number;
  readonly #startedReal: number;
  readonly #startedAt: Instant;
  readonly #pending = new Set<NodeJS.Timeout>();

  /** @param startedAt what the clock shows now; a later start goes on from where the earlier one stopped */
  constructor(speed: number, startedAt: Instant = Date.now()) {
    this.#speed = speed;
    this.#startedReal = performance.now();
    this.#startedAt = startedAt;
  }

  now(): Instant {
    return this.#startedAt + (performance.now() - this.#startedReal) * this.#speed;
  }

  after(delay: Millis, task: () => void | Promise<void>): Cancel {
    const timer = setTimeout(() => {
      this.#pending.delete(timer);
      void task();
    }, delay / this.#speed);
    this.#pending.add(timer);
    return () => {
      clearTimeout(timer);
      this.#pending.delete(timer);
    };
  }

  /** Drop all timers: nothing keeps the process alive or runs afterwards. */
  stop(): void {
    for (const timer of this.#pending) clearTimeout(timer);
    this.#pending.clear();
  }
}
