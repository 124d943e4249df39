/** Orders on this machine's disk: `order/<id>`, and again under who asked and what for. */
import { MOST } from '#core/commands/overload.ts';
import { DAY, type Instant, type Millis } from '#core/time.ts';
import { sortable, type LevelStore, type Write } from '../leveldb/store.ts';
import type { ChainEntry, OrderStore, StoredOrder } from '../ports.ts';
import { createChainedOrders, type ChainLog } from '../order-chain.ts';

const KEEP: Millis = 400 * DAY;

export function createLeveldbOrderStore(store: LevelStore): OrderStore {
  return createChainedOrders(createOrders(store), createChainLog(store));
}

function createChainLog(store: LevelStore): ChainLog {
  const prefixOf = (chain: string) => `chain/${encodeURIComponent(chain)}/`;
  return {
    last: async (chain) => (await store.range<ChainEntry>(prefixOf(chain), { newestFirst: true, limit: 1 }))[0],
    append: (entry) =>
      store.exclusively(prefixOf(entry.chain), async () => {
        const key = prefixOf(entry.chain) + sortable(entry.seq);
        if ((await store.get(key)) !== undefined) return false;
        await store.write([{ key, item: entry, expires: Math.ceil(entry.receivedAt + KEEP) }]);
        return true;
      }),
    all: (chain) => store.range<ChainEntry>(prefixOf(chain)),
  };
}

function createOrders(store: LevelStore): Omit<OrderStore, 'chain'> {
  /** Accepted here, the oldest first: one process has the folder at a time. */
  const waiting = new Map<string, StoredOrder>();

  return {
    accept: (order) =>
      store.exclusively(orderKey(order.id), async () => {
        if ((await store.get(orderKey(order.id))) !== undefined) return 'duplicate';
        await store.write(writesOf(order));
        waiting.set(order.id, order);
        return 'accepted';
      }),
    get: (id) => store.get<StoredOrder>(orderKey(id)),
    finish: (id, { state, verdict, finishedAt, effect }) =>
      store.exclusively(orderKey(id), async () => {
        waiting.delete(id);
        const order = await store.get<StoredOrder>(orderKey(id));
        if (order?.state !== 'accepted') return;
        const told = verdict === undefined ? {} : { verdict };
        const at = finishedAt === undefined ? {} : { finishedAt };
        const seen = effect === undefined ? {} : { effect };
        await store.write(writesOf({ ...order, state, ...told, ...at, ...seen }));
      }),
    async open(from, to) {
      // All of them are read: this is asked once, when the process starts.
      const all = await store.range<StoredOrder>(orderKey(''));
      const open = all.filter(({ receivedAt, state }) => state === 'accepted' && receivedAt >= from && receivedAt < to);
      return open.toSorted((a, b) => b.receivedAt - a.receivedAt);
    },
    async backlog(since) {
      for (const [id, { receivedAt }] of waiting) if (receivedAt < since) waiting.delete(id);
      return [...waiting.values()].toSorted((a, b) => a.receivedAt - b.receivedAt).slice(0, MOST);
    },
    ofPerson: (person, limit) => store.range(personPrefix(person), { newestFirst: true, limit }),
    ofRollout: (rollout, limit) => store.range(rolloutPrefix(rollout), { newestFirst: true, limit }),
  };
}

function writesOf(order: StoredOrder): readonly Write[] {
  const expires: Instant = Math.ceil(order.receivedAt + KEEP);
  const place = `${sortable(order.receivedAt)}/${order.id}`;
  const keys = [orderKey(order.id), personPrefix(order.person) + place, rolloutPrefix(order.rollout) + place];
  return keys.map((key) => ({ key, item: order, expires }));
}

function orderKey(id: string): string {
  return `order/${id}`;
}

/** Persons are named by others: a slash of theirs must not reach into another's orders. */
function personPrefix(person: string): string {
  return `person/${encodeURIComponent(person)}/`;
}

function rolloutPrefix({ cluster, namespace, name }: StoredOrder['rollout']): string {
  return `asked/${[cluster, namespace, name].map(encodeURIComponent).join('/')}/`;
}
