/** Keys that want a look, each looked at in a task of its own on the timers; asked twice before that, looked at once. */
import type { Millis } from '#core/time.ts';
import type { Cancel, Timers } from '../clock.ts';

export class Worker {
  readonly #timers: Timers;
  readonly #look: (key: string) => void;
  readonly #waiting = new Set<string>();
  readonly #cancels = new Set<Cancel>();

  constructor(timers: Timers, look: (key: string) => void) {
    this.#timers = timers;
    this.#look = look;
  }

  soon(key: string): void {
    if (this.#waiting.has(key)) return;
    this.#waiting.add(key);
    this.#after(0, () => {
      this.#waiting.delete(key);
      this.#look(key);
    });
  }

  /** A look after a while, besides those that are asked for in the meantime. */
  later(key: string, delay: Millis): void {
    this.#after(delay, () => this.#look(key));
  }

  stop(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }

  #after(delay: Millis, task: () => void): void {
    const cancel = this.#timers.after(delay, () => {
      this.#cancels.delete(cancel);
      task();
    });
    this.#cancels.add(cancel);
  }
}
