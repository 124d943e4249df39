/** Orders in memory. */
import { MOST } from '#core/commands/overload.ts';
import type { ChainEntry, OrderStore, StoredOrder } from '../ports.ts';
import { createChainedOrders, type ChainLog } from '../order-chain.ts';

/** @param content what is stored, to be looked at from outside */
export function createMemoryOrderStore(content: MemoryOrders = { orders: new Map(), entries: [] }): OrderStore {
  return createChainedOrders(createOrders(content.orders), createChainLog(content.entries));
}

export interface MemoryOrders {
  readonly orders: Map<string, StoredOrder>;
  readonly entries: ChainEntry[];
}

function createChainLog(entries: ChainEntry[]): ChainLog {
  const all = async (chain: string) =>
    entries.filter((entry) => entry.chain === chain).toSorted((a, b) => a.seq - b.seq);
  return {
    all,
    last: async (chain) => (await all(chain)).at(-1),
    async append(entry) {
      if (entries.some(({ chain, seq }) => chain === entry.chain && seq === entry.seq)) return false;
      entries.push(entry);
      return true;
    },
  };
}

function createOrders(orders: Map<string, StoredOrder>): Omit<OrderStore, 'chain'> {
  function newestWhere(wanted: (order: StoredOrder) => boolean, limit: number | undefined): StoredOrder[] {
    const found = [...orders.values()].filter(wanted);
    return found.toSorted((a, b) => b.receivedAt - a.receivedAt).slice(0, limit);
  }

  return {
    async accept(order) {
      if (orders.has(order.id)) return 'duplicate';
      orders.set(order.id, structuredClone(order));
      return 'accepted';
    },
    async get(id) {
      return orders.get(id);
    },
    async finish(id, { state, verdict, finishedAt, effect }) {
      const order = orders.get(id);
      if (order?.state !== 'accepted') return;
      const told = verdict === undefined ? {} : { verdict };
      const seen = effect === undefined ? {} : { effect: structuredClone(effect) };
      orders.set(id, { ...order, state, ...told, ...seen, ...(finishedAt === undefined ? {} : { finishedAt }) });
    },
    async open(from, to) {
      return newestWhere(
        ({ state, receivedAt }) => state === 'accepted' && receivedAt >= from && receivedAt < to,
        undefined,
      );
    },
    async backlog(since) {
      const open = newestWhere(({ state, receivedAt }) => state === 'accepted' && receivedAt >= since, undefined);
      return open.toReversed().slice(0, MOST);
    },
    async ofPerson(person, limit) {
      return newestWhere((order) => order.person === person, limit);
    },
    async ofRollout({ cluster, namespace, name }, limit) {
      return newestWhere(
        ({ rollout }) => rollout.cluster === cluster && rollout.namespace === namespace && rollout.name === name,
        limit,
      );
    },
  };
}
