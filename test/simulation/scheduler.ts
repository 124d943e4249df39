/**
 * Virtual time. One thing happens after the other: the earliest timer fires, and all that it sets off runs until it waits
 * again. So a run is a function of its seed, however many processes are under way.
 */
import type { Instant, Millis } from '#core/time.ts';
import type { Timers } from '../../infra/local/clock.ts';

export interface Scheduler extends Timers {
  sleep(length: Millis): Promise<void>;
  /** Start something of its own. What it throws is a defect of the simulation and ends the run. */
  spawn(task: () => Promise<void>, delay?: Millis): void;
  /** Let time pass. */
  runUntil(end: Instant): Promise<void>;
  note(line: string): void;
  /** What happened, line by line; equal for equal seeds. */
  readonly trace: readonly string[];
}

interface Timer {
  readonly at: Instant;
  readonly order: number;
  readonly fire: () => void;
}

export function createScheduler(startedAt: Instant): Scheduler {
  const timers: Timer[] = [];
  const trace: string[] = [];
  let now = startedAt;
  let order = 0;
  let defect: { readonly error: unknown } | undefined;

  function put(delay: Millis, fire: () => void): Timer {
    const timer: Timer = { at: now + Math.max(0, Math.round(delay)), order: order++, fire };
    const place = timers.findLastIndex(({ at }) => at <= timer.at) + 1;
    timers.splice(place, 0, timer);
    return timer;
  }

  function start(task: () => void | Promise<void>): void {
    Promise.resolve()
      .then(task)
      .catch((error: unknown) => {
        defect ??= { error };
      });
  }

  return {
    now: () => now,
    sleep: (length) => new Promise((resolve) => put(length, resolve)),
    spawn: (task, delay = 0) => void put(delay, () => start(task)),
    after(delay, task) {
      const timer = put(delay, () => start(task));
      return () => {
        const place = timers.indexOf(timer);
        if (place >= 0) timers.splice(place, 1);
      };
    },
    async runUntil(end) {
      while (timers[0] !== undefined && timers[0].at <= end) {
        const timer = timers.shift()!;
        now = timer.at;
        timer.fire();
        await allIsWaiting();
        if (defect !== undefined) throw defect.error;
      }
      now = end;
    },
    note(line) {
      trace.push(`${((now - startedAt) / 1000).toFixed(3).padStart(9)} ${line}`);
    },
    trace,
  };
}

/**
 * Nothing here waits for the real world, so an empty queue of promises means that all wait for virtual time. A tick comes
 * when that queue is empty; a turn of the event loop would say the same, at the price of a system call for each timer.
 */
function allIsWaiting(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
