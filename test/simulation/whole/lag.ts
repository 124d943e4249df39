/** Indexes that lag behind the table: what is read through them may be an answer of some seconds ago. */
import { SECOND, type Instant, type Millis } from '#core/time.ts';
import type { Troubled } from './trouble.ts';

/** DynamoDB names no bound; behind by more than this its index is out of order rather than late. */
const LONGEST_LAG: Millis = 10 * SECOND;

interface Answer {
  readonly at: Instant;
  readonly answer: unknown;
}

/** The answers that a lagging index may give again, by what was asked. */
export type Answers = Map<string, Answer>;

/** @param lagging methods that read through an index */
export function laggingPort<Port extends object>(
  port: Port,
  lagging: readonly (keyof Port)[],
  answers: Answers,
  { random, weather, scheduler }: Troubled,
): Port {
  async function read(method: keyof Port, args: readonly unknown[], ask: () => Promise<unknown>): Promise<unknown> {
    const key = `${String(method)} ${JSON.stringify(args)}`;
    const before = answers.get(key);
    const now = scheduler.now();
    if (before !== undefined && now - before.at < LONGEST_LAG && random.chance(weather.current.stale)) {
      scheduler.note(`${String(method)} lags behind by ${now - before.at} ms`);
      return before.answer;
    }
    const answer = await ask();
    answers.set(key, { at: now, answer });
    return answer;
  }
  return new Proxy(port, {
    get(target, method) {
      const original: unknown = Reflect.get(target, method);
      if (typeof original !== 'function' || !lagging.includes(method as keyof Port)) return original;
      return (...args: readonly unknown[]) =>
        read(method as keyof Port, args, () => Reflect.apply(original, target, args) as Promise<unknown>);
    },
  });
}
