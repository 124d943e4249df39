/** Once faults have stopped, whoever asked for a look at an object gets one that began afterwards: an ask under a hold, too. */
import { objectId } from '#core/history/object-id.ts';
import { MINUTE, SECOND, type Instant, type Millis } from '#core/time.ts';
import type { WorkQueue } from '#shared/ports.ts';
import type { Scheduler } from '../scheduler.ts';
import type { Observer } from './observer.ts';

/** A worker that is slow may hold the object for a minute, and its last writes take their time. */
const AT_MOST: Millis = MINUTE + 30 * SECOND;

export interface Asks {
  /** The queue as an invocation has it, watched. */
  watch(queue: WorkQueue): WorkQueue;
  /** It counts from then on: what faults have left behind is over. */
  countFrom(from: Instant): void;
  /** At those that wait still. */
  look(): void;
}

/** Of which no claim is known that came after it. */
interface Ask {
  /** Absent until it is accepted. */
  due?: Instant;
}

export function watchAsks(scheduler: Scheduler, { expect }: Pick<Observer, 'expect'>): Asks {
  const asks = new Map<string, Set<Ask>>();
  let countedFrom: Instant = Infinity;

  function asksOf(object: string): Set<Ask> {
    const known = asks.get(object) ?? new Set();
    asks.set(object, known);
    return known;
  }

  function judge({ due = Infinity }: Ask): void {
    const wait = scheduler.now() - Math.max(due, countedFrom);
    expect(wait <= AT_MOST, 'a look that was asked for was not taken in time');
  }

  return {
    watch: (queue) => ({
      ...queue,
      async add(request, at) {
        const own = asksOf(objectId(request));
        const ask: Ask = {};
        own.add(ask);
        try {
          await queue.add(request, at);
        } catch (error) {
          own.delete(ask);
          throw error;
        }
        ask.due = Math.max(at, scheduler.now());
      },
      async claim(message) {
        const result = await queue.claim(message);
        if (result.state !== 'claimed') return result;
        const own = asksOf(objectId(message.request));
        own.forEach(judge);
        own.clear();
        return result;
      },
    }),
    countFrom: (from) => void (countedFrom = from),
    look: () => asks.forEach((own) => own.forEach(judge)),
  };
}
