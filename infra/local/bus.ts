/**
 * Stands in for the EventBridge bus with one rule to the notifier: asynchronous, retried. Unlike the real one it delivers in
 * the order of publication, so that what is read on a terminal reads as it happened.
 */
import type { EventBridgeEvent } from 'aws-lambda';
import { formatTimestamp, SECOND, type Millis } from '#core/time.ts';
import { DETAIL_TYPE, detailOf, SOURCE, type EventDetail } from '#shared/events/detail.ts';
import type { EventBus, ReleaseEvent } from '#shared/ports.ts';
import type { Timers } from './clock.ts';

const RETRY_AFTER: Millis = 5 * SECOND;
const ATTEMPTS = 5;

export type BusEvent = EventBridgeEvent<typeof DETAIL_TYPE, EventDetail>;

interface Waiting {
  readonly event: BusEvent;
  readonly attempt: number;
  readonly end: () => void;
}

export interface LocalBus extends EventBus {
  /** All that was published until now has been delivered, or given up. */
  told(): Promise<void>;
  /** What is being delivered is finished; what waits is dropped, as the timers of its clock are. */
  stop(): Promise<void>;
}

export function createLocalBus(timers: Timers, target: (event: BusEvent) => Promise<unknown>): LocalBus {
  const waiting: Waiting[] = [];
  let delivering: Promise<void> | undefined;
  const underWay = new Set<Promise<void>>();

  async function deliverAll(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await deliver(next);
    delivering = undefined;
  }

  async function deliver({ event, attempt, end }: Waiting): Promise<void> {
    try {
      await target(event);
      end();
    } catch {
      if (attempt < ATTEMPTS) enqueue({ event, attempt: attempt + 1, end }, RETRY_AFTER);
      else end();
    }
  }

  function enqueue(next: Waiting, delay: Millis): void {
    timers.after(delay, () => {
      waiting.push(next);
      delivering ??= deliverAll();
      return delivering;
    });
  }

  return {
    async publish(events) {
      for (const event of events) {
        const { promise, resolve } = Promise.withResolvers<void>();
        underWay.add(promise);
        const end = () => (underWay.delete(promise), resolve());
        enqueue({ event: toBusEvent(event, timers), attempt: 1, end }, 0);
      }
    },
    async told() {
      await Promise.all(underWay);
    },
    async stop() {
      waiting.length = 0;
      await delivering;
    },
  };
}

function toBusEvent(event: ReleaseEvent, timers: Timers): BusEvent {
  return {
    id: event.id,
    version: '0',
    account: '000000000000',
    time: formatTimestamp(timers.now()),
    region: 'local',
    resources: [],
    source: SOURCE,
    'detail-type': DETAIL_TYPE,
    // As on the wire: what the notifier gets has been JSON.
    detail: JSON.parse(JSON.stringify(detailOf(event))) as EventDetail,
  };
}
