/**
 * Evidence that nobody edited or removed what was ordered: per rollout a chain of entries, each with a digest of an order as it
 * was accepted or finished and the hash of the entry before. An entry is one conditional write under the next number.
 */
import { createHash } from 'node:crypto';
import { TransientError } from '#core/errors.ts';
import type { ChainEntry, OrderOutcome, OrderStore, StoredOrder } from './ports.ts';

/** Where the entries are kept. */
export interface ChainLog {
  last(chain: string): Promise<ChainEntry | undefined>;
  /** @returns false when another writer has taken that number */
  append(entry: ChainEntry): Promise<boolean>;
  /** The first one first. */
  all(chain: string): Promise<readonly ChainEntry[]>;
}

/** Writers of one chain are the orders of one rollout at one moment. */
const MOST_RACES = 50;
/** Ends of chains that are remembered: the next write of this process need not look. */
const MOST_ENDS = 1_000;

/** What is for no one rollout (alerts as they came, freezes of everything) is chained by who asked: no chain is everybody's. */
export function chainOf({ rollout, person }: Pick<StoredOrder, 'rollout' | 'person'>): string {
  const { cluster, namespace, name } = rollout;
  return cluster === '*' ? person : [cluster, namespace, name].join('/');
}

export function digestOf(order: StoredOrder): string {
  return sha256(canonical({ ...order }));
}

export function hashOf(entry: ChainEntry): string {
  return sha256(canonical({ ...entry, hash: '' }));
}

/** An order store whose orders are chained. */
export function createChainedOrders(orders: Omit<OrderStore, 'chain'>, log: ChainLog): OrderStore {
  const chains = createAppender(log);

  return {
    ...orders,
    // The order first: an order without entry is one whose acceptance was not told; an entry without order would be an alarm.
    // Where its chain ends is looked up meanwhile: whoever wrote since is noticed when the entry is.
    async accept(order) {
      const [result, end] = await Promise.all([orders.accept(order), chains.endOf(chainOf(order))]);
      if (result === 'accepted') await chains.append(order, 'accepted', end);
      return result;
    },
    // The entry first: whoever dies in between finishes it again, and the order must then agree with one of its entries.
    async finish(id, outcome) {
      const order = await orders.get(id);
      if (order?.state !== 'accepted') return;
      const finished = { ...order, ...outcomeIn(outcome) };
      await chains.append(finished, 'finished', await chains.endOf(chainOf(order)));
      await orders.finish(id, outcome);
    },
    chain: (chain) => log.all(chain),
  };
}

function createAppender(log: ChainLog) {
  const ends = new Map<string, ChainEntry>();

  async function endOf(chain: string): Promise<ChainEntry | undefined> {
    return ends.get(chain) ?? log.last(chain);
  }

  async function append(order: StoredOrder, what: ChainEntry['what'], believed: ChainEntry | undefined): Promise<void> {
    const chain = chainOf(order);
    let end = later(ends.get(chain), believed);
    for (let race = 0; race < MOST_RACES; race += 1) {
      const entry = entryAfter(end, order, what);
      if (await log.append(entry)) return remember(entry);
      end = await log.last(chain);
    }
    throw new TransientError(`the chain of ${chain}: ${MOST_RACES} writers in a row were first; try again`);
  }

  function remember(entry: ChainEntry): void {
    ends.delete(entry.chain);
    ends.set(entry.chain, entry);
    const [oldest] = ends.keys();
    if (ends.size > MOST_ENDS && oldest !== undefined) ends.delete(oldest);
  }

  return { endOf, append };
}

function later(a: ChainEntry | undefined, b: ChainEntry | undefined): ChainEntry | undefined {
  return (a?.seq ?? 0) > (b?.seq ?? 0) ? a : b;
}

function entryAfter(end: ChainEntry | undefined, order: StoredOrder, what: ChainEntry['what']): ChainEntry {
  const entry = {
    chain: chainOf(order),
    seq: (end?.seq ?? 0) + 1,
    order: order.id,
    what,
    receivedAt: order.receivedAt,
    digest: digestOf(order),
    before: { hash: end?.hash ?? '', receivedAt: end?.receivedAt ?? 0 },
    hash: '',
  };
  return { ...entry, hash: hashOf(entry) };
}

/** Nothing but what `finish` sets: an outcome may carry more. */
function outcomeIn({ state, verdict, finishedAt, effect }: OrderOutcome): OrderOutcome {
  return {
    state,
    ...(verdict !== undefined && { verdict }),
    ...(finishedAt !== undefined && { finishedAt }),
    ...(effect && { effect }),
  };
}

/** The same text for the same content, in whatever order a store gives the fields back. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, field: unknown) => {
    if (typeof field !== 'object' || field === null || Array.isArray(field)) return field;
    return Object.fromEntries(Object.entries(field).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
