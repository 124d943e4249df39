/** What goes wrong: processes that crash or freeze before and after any await; messages that come twice, late, in any order. */
import { TransientError } from '#core/errors.ts';
import { MINUTE, SECOND, type Millis } from '#core/time.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

export interface Faults {
  /** Chance of a crash before, and again after, each call of a port. */
  readonly crash: number;
  /** Chance of a freeze at the same places; long enough to lose a hold. */
  readonly freeze: number;
  /** Chance that a process takes its time with everything. */
  readonly slow: number;
  /** Chance that a message comes a second time, and that it comes very late. */
  readonly duplicate: number;
  readonly late: number;
  /** Chance that an outside system refuses, and that a pass meets an unknown error. */
  readonly refuse: number;
  /** Chance that a read is answered from an older state than was seen. */
  readonly stale: number;
}

export const CHAOS: Faults = {
  crash: 0.01,
  freeze: 0.006,
  slow: 0.3,
  duplicate: 0.1,
  late: 0.05,
  refuse: 0.03,
  stale: 0,
};
export const CALM: Faults = { crash: 0, freeze: 0, slow: 0, duplicate: 0, late: 0, refuse: 0, stale: 0 };

/** Faults can be switched while the simulation runs. */
export interface Weather {
  current: Faults;
}

export class Crash extends Error {}

export interface Process {
  readonly name: string;
  /**
   * One call of a port: it takes time, and may be the last one.
   * @param deadline of a request whose own timer ends it: one that was frozen before it went out goes out no more
   */
  call<T>(label: string, perform: () => Promise<T>, deadline?: Millis): Promise<T>;
  /** The same port as this process sees it: every call as above. */
  plug<Port extends object>(label: string, port: Port): Port;
  /** Run to the end. @returns undefined when the process crashed on its way */
  run<T>(main: () => Promise<T>): Promise<T | undefined>;
}

export function createProcess(name: string, scheduler: Scheduler, random: Random, weather: Weather): Process {
  const latency: Millis = random.chance(weather.current.slow) ? SECOND : 40;
  let alive = true;

  async function pause(place: string): Promise<void> {
    const { crash, freeze } = weather.current;
    const frozen = random.chance(freeze);
    if (frozen) scheduler.note(`${name} freezes ${place}`);
    await scheduler.sleep(frozen ? frozenFor(random) : random.between(1, latency));
    if (alive && random.chance(crash)) {
      alive = false;
      scheduler.note(`${name} crashes ${place}`);
    }
    // Also for what a dead process still has under way: nothing of it reaches the world.
    if (!alive) throw new Crash(place);
  }

  async function call<T>(label: string, perform: () => Promise<T>, deadline: Millis = Infinity): Promise<T> {
    // Without faults only the order of things matters, and time costs time.
    if (alive && weather.current === CALM) return perform();
    const begun = scheduler.now();
    await pause(`before ${label}`);
    if (scheduler.now() - begun > deadline) throw new TransientError(`${label}: its time was over`);
    const result = await perform();
    await pause(`after ${label}`);
    return result;
  }

  return {
    name,
    call,
    plug(label, port) {
      return new Proxy(port, {
        get(target, method) {
          const original: unknown = Reflect.get(target, method);
          if (typeof original !== 'function') return original;
          return (...args: unknown[]) =>
            call(`${label}.${String(method)}`, () => Reflect.apply(original, target, args) as Promise<unknown>);
        },
      });
    },
    async run(main) {
      try {
        const result = await main();
        // What a handler makes of its own death nobody hears.
        return alive ? result : undefined;
      } catch (error) {
        if (!alive || error instanceof Crash) return undefined;
        throw error;
      }
    },
  };
}

/** Mostly longer than a hold; now and then a quarter of an hour. */
function frozenFor(random: Random): Millis {
  return random.chance(0.1) ? 15 * MINUTE : random.between(20 * SECOND, 5 * MINUTE);
}

/** When the copies of one message arrive. */
export function deliveries(delay: Millis, random: Random, { duplicate, late }: Faults): readonly Millis[] {
  const arrival = () => delay + (random.chance(late) ? random.between(0, 15 * MINUTE) : random.between(5, 500));
  return random.chance(duplicate) ? [arrival(), arrival()] : [arrival()];
}
