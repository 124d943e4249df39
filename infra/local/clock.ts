/** The clock of the local stack: one time for all parts, as fast as asked, and timers on it. */
import type { Instant, Millis } from '#core/time.ts';
import type { Clock } from '#shared/ports.ts';

export type Cancel = () => void;

/** A clock on which work can be put off. Tasks that are due together run in the order in which they were put. */
export interface Timers extends Clock {
  /** Run a task once, `delay` of this clock's time from now. A task handles its own errors. */
  after(delay: Millis, task: () => void | Promise<void>): Cancel;
}

interface Task {
  readonly at: Instant;
  readonly run: () => void | Promise<void>;
  isCancelled: boolean;
}

/** Node's timers take no longer wait. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/**
 * Real time, `speed` times as fast: at speed 60 a minute passes in a second. All tasks are in one line: of timers of
 * Node's own, a longer one may run before a shorter one that was due earlier, where the process was held up.
 */
export class ScaledClock implements Timers {
  readonly #speed: number;
  readonly #startedReal: number;
  readonly #startedAt: Instant;
  /** By instant; of the same instant, as they were put. */
  #tasks: Task[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param startedAt what the clock shows now; a later start goes on from where the earlier one stopped */
  constructor(speed: number, startedAt: Instant = Date.now()) {
    this.#speed = speed;
    this.#startedReal = performance.now();
    this.#startedAt = startedAt;
  }

  now(): Instant {
    return this.#startedAt + (performance.now() - this.#startedReal) * this.#speed;
  }

  after(delay: Millis, run: () => void | Promise<void>): Cancel {
    const task: Task = { at: this.now() + Math.max(0, delay), run, isCancelled: false };
    const place = this.#tasks.findLastIndex(({ at }) => at <= task.at) + 1;
    this.#tasks.splice(place, 0, task);
    if (place === 0) this.#wait();
    return () => {
      task.isCancelled = true;
      this.#tasks = this.#tasks.filter((other) => other !== task);
    };
  }

  /** Drop all tasks: nothing keeps the process alive or runs afterwards. */
  stop(): void {
    for (const task of this.#tasks) task.isCancelled = true;
    this.#tasks = [];
    this.#wait();
  }

  /** For the first task, and it only. */
  #wait(): void {
    clearTimeout(this.#timer);
    const [first] = this.#tasks;
    if (first === undefined) return;
    const wait = Math.max(0, first.at - this.now()) / this.#speed;
    this.#timer = setTimeout(() => this.#runDue(), Math.min(wait, LONGEST_WAIT_MS));
  }

  /** What these tasks put waits for the next turn: the process hears of other things in between. */
  #runDue(): void {
    const now = this.now();
    const due = this.#tasks.filter(({ at }) => at <= now);
    this.#tasks = this.#tasks.slice(due.length);
    for (const task of due) if (!task.isCancelled) void task.run();
    this.#wait();
  }
}
