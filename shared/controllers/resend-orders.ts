/** Orders that were accepted and whose message never went out: whoever stored them died before it was sent. */
import { DAY, MINUTE, type Instant, type Millis } from '#core/time.ts';
import { laneOf } from './load.ts';
import type { Clock, OrderSender, OrderStore, StoredOrder } from '../ports.ts';

export interface ResendPorts {
  readonly clock: Clock;
  readonly orders: Pick<OrderStore, 'open'>;
  readonly sender: OrderSender;
}

/** Until then its first message is under way. */
const FIRST_AFTER: Millis = MINUTE;
/** What nobody could apply in a day waits for a person, with the dead letters. */
const AT_MOST: Millis = DAY;

/** Accepted and not finished, and to be carried out by themselves. */
export async function openOrders(
  { clock, orders }: Pick<ResendPorts, 'clock' | 'orders'>,
  age: Millis = 0,
): Promise<readonly StoredOrder[]> {
  const now = clock.now();
  return (await orders.open(now - AT_MOST, now - age)).filter(hasMessage);
}

/** Called each minute. A second message of an order changes nothing: it is applied by effect. @returns how many were sent */
export async function resendOrders(ports: ResendPorts): Promise<number> {
  const now = ports.clock.now();
  const due = (await openOrders(ports, FIRST_AFTER)).filter((order) => isTurn(order, now));
  for (const order of due) await ports.sender.send(order.id, laneOf(order));
  return due.length;
}

/** What an alert does to one rollout is stored like an order, and is carried out with its alert. */
function hasMessage({ order }: StoredOrder): boolean {
  return order['kind'] === 'command' || order['kind'] === 'alert';
}

/** After 1, 2, 4, 8 … minutes: one that always fails must not fill the queue. */
function isTurn({ receivedAt }: StoredOrder, now: Instant): boolean {
  const minutes = Math.floor((now - receivedAt) / MINUTE);
  return Number.isInteger(Math.log2(minutes));
}
