/** What outside systems answer when they do not do what they are asked: it was done all the same, or it was not. */
import { ConflictError, DeniedError, TransientError } from '#core/errors.ts';
import { SECOND, type Millis } from '#core/time.ts';
import type { Process, Weather } from '../faults.ts';
import type { Random } from '../random.ts';
import type { Scheduler } from '../scheduler.ts';

export interface Troubled {
  readonly process: Process;
  readonly random: Random;
  readonly weather: Weather;
  readonly scheduler: Scheduler;
}

type Errors = readonly ((label: string) => Error)[];

const BUSY: Errors = [
  (label) => new TransientError(`${label}: 429`, { retryAfter: 3 * SECOND }),
  (label) => new TransientError(`${label}: 500`),
  (label) => new TransientError(`${label}: 503`),
  (label) => new TransientError(`${label}: no answer in time`),
];
const REFUSED: Errors = [
  ...BUSY,
  (label) => new ConflictError(`${label}: 409`),
  (label) => new DeniedError(`${label}: 401`),
];

/** A call that only reads. */
export function reading<T>(label: string, perform: () => Promise<T>, troubled: Troubled): Promise<T> {
  return troubled.process.call(label, async () => {
    if (isTroubled(troubled)) throw failure(label, BUSY, troubled);
    return perform();
  });
}

export interface Writing {
  /** It may also be answered 401 or 409. */
  readonly refusable?: boolean;
  readonly deadline?: Millis;
}

/** A call that writes: of one that failed nobody knows whether it was done. */
export function writing<T>(
  label: string,
  perform: () => Promise<T>,
  troubled: Troubled,
  { refusable = false, deadline }: Writing = {},
): Promise<T> {
  async function write(): Promise<T> {
    if (!isTroubled(troubled)) return perform();
    if (troubled.random.chance(0.5)) throw failure(label, refusable ? REFUSED : BUSY, troubled);
    await perform();
    throw failure(`${label} (done)`, BUSY, troubled);
  }
  return troubled.process.call(label, write, deadline);
}

function isTroubled({ random, weather }: Troubled): boolean {
  return random.chance(weather.current.refuse);
}

function failure(label: string, errors: Errors, { process, random, scheduler }: Troubled): Error {
  const error = random.pick(errors)(label);
  scheduler.note(`${process.name}: ${error.message}`);
  return error;
}

/** A store or a queue as a process sees it. @param reads methods that change nothing */
export function troubledPort<Port extends object>(
  label: string,
  port: Port,
  reads: readonly (keyof Port)[],
  troubled: Troubled,
  options?: Writing,
): Port {
  return new Proxy(port, {
    get(target, method) {
      const original: unknown = Reflect.get(target, method);
      if (typeof original !== 'function') return original;
      return (...args: unknown[]) => {
        const perform = () => Reflect.apply(original, target, args) as Promise<unknown>;
        const where = `${label}.${String(method)}`;
        return reads.includes(method as keyof Port)
          ? reading(where, perform, troubled)
          : writing(where, perform, troubled, options);
      };
    },
  });
}
