/** Orders in DynamoDB. */
import { expiresAt } from '../dynamodb/definition.ts';
import { present, type Item, type Table } from '../dynamodb/table.ts';
import type { OrderStore, StoredOrder } from '../ports.ts';

/** Open orders are in the index of what must happen, beside the tickets, spread over as many partitions. */
const SHARDS = 8;
/** Of one shard at a time: the rest is found when these are finished. */
const MOST_OPEN = 100;

export function createDynamodbOrderStore(table: Table): OrderStore {
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
      // The index may lag: what it still shows as open may be finished.
      return found.filter(({ state }) => state === 'accepted').toSorted((a, b) => b.receivedAt - a.receivedAt);
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

function shardName(shard: number): string {
  return `orders-${Math.floor(shard)}`;
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
    ...(state === 'accepted' && { shard: shardName(order.receivedAt % SHARDS), wake: order.receivedAt }),
    at: order.receivedAt,
    expires: expiresAt(order.receivedAt),
  });
}

function fromItem({ body, state, verdict, finishedAt, effect }: Item): StoredOrder {
  const seen = effect === undefined ? {} : { effect: JSON.parse(effect as string) as StoredOrder['effect'] };
  return { ...JSON.parse(body as string), ...present<Item>({ state, verdict, finishedAt }), ...seen } as StoredOrder;
}
