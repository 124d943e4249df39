/** Orders in memory. */
import { MOST } from '#core/commands/overload.ts';
import type { OrderStore, StoredOrder } from '../ports.ts';

export function createMemoryOrderStore(): OrderStore {
  const orders = new Map<string, StoredOrder>();

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
