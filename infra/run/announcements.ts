/**
 * Tells people in the order in which it happened, and again until they are reached, for a day at most. What waits is lost
 * with the process; a card is rendered from history, so that the next event mends it.
 */
import { messageOf, TransientError } from '#core/errors.ts';
import { HOUR, MINUTE, SECOND, type Instant, type Millis } from '#core/time.ts';
import type { Announcer, Log, ReleaseEvent } from '#shared/ports.ts';
import type { Timers } from '../local/clock.ts';

const FIRST_WAIT: Millis = SECOND;
const LONGEST_WAIT: Millis = 5 * MINUTE;
const GIVE_UP_AFTER: Millis = 24 * HOUR;

interface Waiting {
  readonly event: ReleaseEvent;
  readonly since: Instant;
  failures: number;
}

export function createPersistentAnnouncer(announcer: Announcer, timers: Timers, log: Log): Announcer {
  const waiting: Waiting[] = [];
  let busy = false;

  async function deliver(): Promise<void> {
    const next = waiting[0];
    if (next === undefined || busy) return;
    busy = true;
    const wait = await attempt(next);
    if (wait === undefined) waiting.shift();
    busy = false;
    timers.after(wait ?? 0, deliver);
  }

  /** @returns how long to wait for another attempt; undefined: it is over */
  async function attempt(one: Waiting): Promise<Millis | undefined> {
    try {
      await announcer.announce(one.event);
      return undefined;
    } catch (error) {
      one.failures += 1;
      const over = timers.now() - one.since > GIVE_UP_AFTER;
      log.warn(over ? 'Transition not told' : 'Transition is told later', {
        id: one.event.id,
        error: messageOf(error),
      });
      return over ? undefined : waitAfter(error, one.failures);
    }
  }

  return {
    async announce(event) {
      waiting.push({ event, since: timers.now(), failures: 0 });
      if (waiting.length === 1) await deliver();
    },
  };
}

function waitAfter(error: unknown, failures: number): Millis {
  const asked = error instanceof TransientError ? error.retryAfter : undefined;
  return asked ?? Math.min(FIRST_WAIT * 2 ** (failures - 1), LONGEST_WAIT);
}
