import type { Instant, Millis } from '#core/time.ts';
import type { Cancel, Timers } from '../../infra/local/clock.ts';

interface Task {
  readonly at: Instant;
  readonly order: number;
  readonly run: () => void | Promise<void>;
}

/** Time that passes only when a test says so. `advance` runs what falls due, one task after the other, each to its end. */
export class VirtualClock implements Timers {
  #now: Instant;
  #order = 0;
  #tasks: Task[] = [];

  constructor(startedAt: Instant = Date.UTC(2024, 0, 1)) {
    this.#now = startedAt;
  }

  now(): Instant {
    return this.#now;
  }

  after(delay: Millis, run: () => void | Promise<void>): Cancel {
    const task: Task = { at: this.#now + Math.max(0, delay), order: this.#order++, run };
    this.#tasks.push(task);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== task);
    };
  }

  /** Let `length` pass; what is due meanwhile runs at its own instant, in order. */
  async advance(length: Millis): Promise<void> {
    await this.advanceTo(this.#now + length);
  }

  async advanceTo(until: Instant): Promise<void> {
    for (let task = this.#next(until); task !== undefined; task = this.#next(until)) {
      this.#tasks = this.#tasks.filter((other) => other !== task);
      this.#now = Math.max(this.#now, task.at);
      await task.run();
    }
    this.#now = Math.max(this.#now, until);
  }

  /** Set the wall clock without running anything (clock steps). */
  jumpTo(instant: Instant): void {
    this.#now = instant;
  }

  get pending(): number {
    return this.#tasks.length;
  }

  #next(until: Instant): Task | undefined {
    return this.#tasks
      .filter((task) => task.at <= until)
      .toSorted((a, b) => a.at - b.at || a.order - b.order)
      .at(0);
  }
}
