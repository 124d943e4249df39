/** Is what was ordered still there as it was accepted and finished? Also of all rollouts, and of all alerts that came. */
import type { ChainReport } from '#core/messages/chain-report.ts';
import { DAY, type Instant, type Millis } from '#core/time.ts';
import type { ChainEntry, Clock, Log, OrderStore, Site, StoredOrder } from '../ports.ts';
import { ALERT_DELIVERIES } from './alert-plan.ts';
import { findRollouts } from './find-rollouts.ts';
import { chainOf, digestOf, hashOf } from '../order-chain.ts';

/** Orders and their entries are forgotten after as long; TTL takes its time, and in no order. */
const KEEP: Millis = 400 * DAY;

export interface VerifyPorts {
  readonly clock: Clock;
  readonly orders: OrderStore;
  readonly sites: ReadonlyMap<string, Site>;
  readonly log: Log;
}

/** Alerts whose chains are looked at: each is one of its own. */
const MOST_ALERTS = 500;

export type WhoseChain = { readonly rollout: StoredOrder['rollout'] } | { readonly person: string };

export async function verifyOrders(
  whose: WhoseChain,
  { orders, clock }: Pick<VerifyPorts, 'orders' | 'clock'>,
): Promise<ChainReport> {
  const found = 'person' in whose ? orders.ofPerson(whose.person) : orders.ofRollout(whose.rollout);
  const chain = 'person' in whose ? whose.person : chainOf({ rollout: whose.rollout, person: '' });
  return verifyChain(chain, await found, orders, clock.now());
}

/** Of rollouts that are there, and of the last alerts; those of a rollout that is gone are asked for by its name. */
export async function verifyAll(ports: VerifyPorts): Promise<readonly ChainReport[]> {
  const { found } = await findRollouts(ports.sites, ports.log);
  const alerts = await ports.orders.ofRollout(ALERT_DELIVERIES, MOST_ALERTS);
  const people = [...new Set(alerts.map(({ person }) => person))];
  const whose = [...found.map(({ name }) => ({ rollout: name })), ...people.map((person) => ({ person }))];
  const reports: ChainReport[] = [];
  for (const one of whose) reports.push(await verifyOrders(one, ports));
  return reports.filter(({ entries, problems }) => entries > 0 || problems.length > 0);
}

/** @param found the orders as the store lists them: one that is in no entry is found by that */
async function verifyChain(
  chain: string,
  found: readonly StoredOrder[],
  orders: Pick<OrderStore, 'chain' | 'get'>,
  now: Instant,
): Promise<ChainReport> {
  const entries = await orders.chain(chain);
  const byOrder = Map.groupBy(entries, ({ order }) => order);
  const listed = new Map(found.filter((order) => chainOf(order) === chain).map((order) => [order.id, order]));
  const problems = linkProblems(entries, now);
  for (const [id, own] of byOrder) {
    const order = listed.get(id) ?? (await orders.get(id));
    problems.push(...(order === undefined ? removed(id, own, now) : orderProblems(order, chain, own)));
  }
  const unchained = [...listed.values()].filter(({ id }) => !byOrder.has(id));
  const older = unchained.filter(({ receivedAt }) => isBefore(entries[0], receivedAt));
  const added = unchained.filter((order) => !older.includes(order)).map(({ id }) => ADDED(id));
  const last = entries.at(-1);
  return {
    chain,
    entries: entries.length,
    orders: byOrder.size,
    older: older.length,
    ...(last !== undefined && { end: { seq: last.seq, hash: last.hash } }),
    problems: [...problems, ...added],
  };
}

const ADDED = (id: string) => `order ${id} is in no entry: it was added past Weir, or Weir ended while it was stored`;

/** Before there were chains. */
function isBefore(first: ChainEntry | undefined, receivedAt: Instant): boolean {
  return first === undefined || (first.seq === 1 && receivedAt < first.receivedAt);
}

/** Each entry as it was written, and after the one that it names. */
function linkProblems(entries: readonly ChainEntry[], now: Instant): string[] {
  return entries.flatMap((entry, index) => {
    const changed = hashOf(entry) === entry.hash ? [] : [`entry ${entry.seq} was changed`];
    return [...changed, ...gapBefore(entry, entries[index - 1], now)];
  });
}

function gapBefore({ seq, before }: ChainEntry, previous: ChainEntry | undefined, now: Instant): readonly string[] {
  if (previous?.seq === seq - 1 || (previous === undefined && seq === 1)) {
    return (previous?.hash ?? '') === before.hash ? [] : [`entry ${seq} does not follow entry ${seq - 1} as it is now`];
  }
  return before.receivedAt + KEEP <= now ? [] : [`entry ${seq - 1} was removed`];
}

function removed(id: string, [entry]: readonly ChainEntry[], now: Instant): readonly string[] {
  const hasExpired = entry !== undefined && entry.receivedAt + KEEP <= now;
  return hasExpired ? [] : [`order ${id} was removed`];
}

function orderProblems(order: StoredOrder, chain: string, own: readonly ChainEntry[]): readonly string[] {
  if (chainOf(order) !== chain) return [`order ${order.id} was changed: it is for ${chainOf(order)} now`];
  const digests = (what: ChainEntry['what']) => own.filter((entry) => entry.what === what).map(({ digest }) => digest);
  const accepted = digests('accepted');
  const finished = digests('finished');
  if (accepted.length > 0 && !accepted.includes(digestOf(asAccepted(order))))
    return [`order ${order.id} was changed since it was accepted`];
  if (order.state === 'accepted') {
    return finished.length === 0 ? [] : [`order ${order.id} was finished and is open again`];
  }
  return finished.includes(digestOf(order)) ? [] : [`order ${order.id} was changed since it was finished`];
}

/** As it was before it was finished. */
function asAccepted({ id, receivedAt, person, rollout, order }: StoredOrder): StoredOrder {
  return { id, receivedAt, person, rollout, order, state: 'accepted' };
}
