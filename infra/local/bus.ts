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

export interface LocalBus extends EventBus {
  /** What is being delivered is finished; what waits is dropped, as the timers of its clock are. */
  stop(): Promise<void>;
}

export function createLocalBus(timers: Timers, target: (event: BusEvent) => Promise<unknown>): LocalBus {
  const waiting: { readonly event: BusEvent; readonly attempt: number }[] = [];
  let delivering: Promise<void> | undefined;

  async function deliverAll(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      await deliver(next.event, next.attempt);
    delivering = undefined;
  }

  async function deliver(event: BusEvent, attempt: number): Promise<void> {
    try {
      await target(event);
    } catch {
      if (attempt < ATTEMPTS) enqueue(event, attempt + 1, RETRY_AFTER);
    }
  }

  function enqueue(event: BusEvent, attempt: number, delay: Millis): void {
    timers.after(delay, () => {
      waiting.push({ event, attempt });
      delivering ??= deliverAll();
      return delivering;
    });
  }

  return {
    async publish(events) {
      for (const event of events) enqueue(toBusEvent(event, timers), 1, 0);
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
