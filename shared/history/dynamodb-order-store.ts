/** Orders in DynamoDB. */
import { MOST } from '#core/commands/overload.ts';
import { expiresAt } from '../dynamodb/definition.ts';
import { present, type Item, type Table } from '../dynamodb/table.ts';
import type { Instant } from '#core/time.ts';
import type { ChainEntry, OrderStore, StoredOrder } from '../ports.ts';
import { createChainedOrders, type ChainLog } from '../order-chain.ts';

/** Open orders are in the index of what must happen, beside the tickets, spread over as many partitions. */
const SHARDS = 8;
/** Of one shard at a time: the rest is found when these are finished. */
const MOST_OPEN = 100;
/** A shard with fewer says that the others, which hold about as many, need not be looked at. */
const CALM = 3;

export function createDynamodbOrderStore(table: Table): OrderStore {
  return createChainedOrders(createOrders(table), createChainLog(table));
}

/** An entry is an item, never changed: its number is its sort key. */
function createChainLog(table: Table): ChainLog {
  const pkOf = (chain: string) => `chain#${chain}`;
  const entryOf = (item: Item) => JSON.parse(item['entry'] as string) as ChainEntry;
  return {
    async last(chain) {
      const [item] = await table.query(pkOf(chain), { newestFirst: true, limit: 1 });
      return item && entryOf(item);
    },
    async append(entry) {
      const key = { pk: pkOf(entry.chain), sk: String(entry.seq).padStart(10, '0') };
      const item = { entry: JSON.stringify(entry), expires: expiresAt(entry.receivedAt) };
      return (await table.put(key, item, { expression: 'attribute_not_exists(#pk)' })) !== undefined;
    },
    all: async (chain) => (await table.query(pkOf(chain))).map(entryOf),
  };
}

function createOrders(table: Table): Omit<OrderStore, 'chain'> {
  let turn = 0;

  async function oldestOf(shard: number, since: Instant): Promise<readonly StoredOrder[]> {
    const sort = { expression: '#wake >= :since', values: { since } };
    return (await table.query(shardName(shard), { index: 'wake', sort, limit: MOST / SHARDS })).map(fromItem);
  }

  return {
    async accept(order) {
      const unknown = { expression: 'attribute_not_exists(#pk)' };
      return (await table.put(keyOf(order.id), toItem(order), unknown)) === undefined ? 'duplicate' : 'accepted';
    },
    async get(id) {
      const item = await table.get(keyOf(id));
      return item && fromItem(item);
    },
    async finish(id, { state, verdict, finishedAt, effect }) {
      const values = present<Item>({ state, verdict, finishedAt, effect: effect && JSON.stringify(effect) });
      const finished = Object.keys(values).map((name) => `#${name} = :${name}`);
      const expression = `SET ${finished.join(', ')} REMOVE #shard, #wake`;
      const open = { expression: '#state = :accepted', values: { accepted: 'accepted' } };
      await table.update(keyOf(id), { expression, values }, open);
    },
    async open(from, to) {
      const sort = { expression: '#wake BETWEEN :from AND :to', values: { from, to: to - 1 } };
      const shards = Array.from({ length: SHARDS }, (_, shard) =>
        table.query(shardName(shard), { index: 'wake', sort, newestFirst: true, limit: MOST_OPEN }),
      );
      const found = (await Promise.all(shards)).flat().map(fromItem);
      return found.filter(isOpen).toSorted((a, b) => b.receivedAt - a.receivedAt);
    },
    async backlog(since) {
      turn = (turn + 1) % SHARDS;
      const some = await oldestOf(turn, since);
      if (some.length < CALM) return some.filter(isOpen);
      const others = Array.from({ length: SHARDS }, (_, shard) => shard).filter((shard) => shard !== turn);
      const rest = await Promise.all(others.map((shard) => oldestOf(shard, since)));
      return [...some, ...rest.flat()].filter(isOpen).toSorted((a, b) => a.receivedAt - b.receivedAt);
    },
    async ofPerson(person, limit) {
      return (await table.query(person, { index: 'person', newestFirst: true, ...present({ limit }) })).map(fromItem);
    },
    async ofRollout(rollout, limit) {
      const options = { index: 'rollout', newestFirst: true, ...present({ limit }) } as const;
      return (await table.query(ordersOf(rollout), options)).map(fromItem);
    },
  };
}

function keyOf(id: string) {
  return { pk: `order#${id}`, sk: 'order' };
}

function ordersOf({ cluster, namespace, name }: StoredOrder['rollout']): string {
  return `orders#${cluster}/${namespace}/${name}`;
}

/** The index may lag: what it still shows as open may be finished. */
function isOpen({ state }: StoredOrder): boolean {
  return state === 'accepted';
}

/** By its id: many orders come at one instant. */
function shardOf(id: string): number {
  let sum = 0;
  for (const char of id) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 1_000_003;
  return sum % SHARDS;
}

function shardName(shard: number): string {
  return `orders-${shard}`;
}

/** What never changes is JSON text, what `finish` sets are attributes. */
function toItem(order: StoredOrder): Item {
  const { state, verdict, finishedAt, effect, ...body } = order;
  return present<Item>({
    state,
    verdict,
    finishedAt,
    effect: effect && JSON.stringify(effect),
    body: JSON.stringify(body),
    person: order.person,
    rollout: ordersOf(order.rollout),
    ...(state === 'accepted' && { shard: shardName(shardOf(order.id)), wake: order.receivedAt }),
    at: order.receivedAt,
    expires: expiresAt(order.receivedAt),
  });
}

function fromItem({ body, state, verdict, finishedAt, effect }: Item): StoredOrder {
  const seen = effect === undefined ? {} : { effect: JSON.parse(effect as string) as StoredOrder['effect'] };
  return { ...JSON.parse(body as string), ...present<Item>({ state, verdict, finishedAt }), ...seen } as StoredOrder;
}
