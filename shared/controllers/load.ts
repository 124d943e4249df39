/** Whether more waits to be applied than can be done in time. Asked by the doors, before they accept. */
import type { Alert } from '#core/alerts/alert.ts';
import { isOverloaded, type WaitingOrder } from '#core/commands/overload.ts';
import { messageOf } from '#core/errors.ts';
import { MINUTE, SECOND, type Instant, type Millis } from '#core/time.ts';
import type { Clock, Log, OrderStore, StoredOrder } from '../ports.ts';

export interface LoadPorts {
  readonly clock: Clock;
  readonly orders: Pick<OrderStore, 'backlog'>;
  readonly log: Log;
}

export interface LoadGauge {
  /** Is the lane, or everything, overloaded? */
  isBusy(lane: string): Promise<boolean>;
  /** What this door has let in counts at once: the store is asked only each second. */
  accepted(lane: string): void;
}

/** How long an answer of the store is believed. */
const KNOWN_FOR: Millis = SECOND;
/** What is older waits for something else: a cluster that is away, a person who looks at the dead letters. */
const LOOK_BACK: Millis = 10 * MINUTE;

/** When the asker may come again, seconds (Retry-After). */
export const RETRY_AFTER = '10';

/** Alerts wait with those of their namespace, orders of a person or program with its own. */
export function laneOf({ order, person }: Pick<StoredOrder, 'order' | 'person'>): string {
  return order['kind'] === 'alert' ? laneOfAlert(order['alert'] as unknown as Alert) : `orders:${person}`;
}

export function laneOfAlert({ labels }: Pick<Alert, 'labels'>): string {
  return `alerts:${labels['cluster'] ?? ''}/${labels['namespace'] ?? ''}`;
}

/** Alerts are about different things; what a person has ordered is done in the order in which they said it. */
export function mayMeet(lane: string): boolean {
  return lane.startsWith('alerts:');
}

/** In doubt nobody is turned away: whether an order is accepted is then up to the write. */
export function createLoadGauge({ clock, orders, log }: LoadPorts): LoadGauge {
  let asked: { readonly at: Instant; readonly waiting: Promise<WaitingOrder[]> } | undefined;

  async function look(now: Instant): Promise<WaitingOrder[]> {
    try {
      const waiting = await orders.backlog(now - LOOK_BACK);
      return waiting.map((order) => ({ lane: laneOf(order), receivedAt: order.receivedAt }));
    } catch (error) {
      log.warn('Load not known', { error: messageOf(error) });
      return [];
    }
  }

  function known(now: Instant): Promise<WaitingOrder[]> {
    if (asked === undefined || now - asked.at >= KNOWN_FOR) asked = { at: now, waiting: look(now) };
    return asked.waiting;
  }

  return {
    async isBusy(lane) {
      const now = clock.now();
      return isOverloaded(lane, await known(now), now);
    },
    accepted(lane) {
      const receivedAt = clock.now();
      void asked?.waiting.then((waiting) => waiting.push({ lane, receivedAt }));
    },
  };
}
