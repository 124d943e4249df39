/** Orders in DynamoDB. */
import { expiresAt } from '../dynamodb/definition.ts';
import { present, type Item, type Table } from '../dynamodb/table.ts';
import type { OrderStore, StoredOrder } from '../ports.ts';

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
      const expression = `SET ${Object.keys(values)
        .map((name) => `#${name} = :${name}`)
        .join(', ')}`;
      const open = { expression: '#state = :accepted', values: { accepted: 'accepted' } };
      await table.update(keyOf(id), { expression, values }, open);
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
    at: order.receivedAt,
    expires: expiresAt(order.receivedAt),
  });
}

function fromItem({ body, state, verdict, finishedAt, effect }: Item): StoredOrder {
  const seen = effect === undefined ? {} : { effect: JSON.parse(effect as string) as StoredOrder['effect'] };
  return { ...JSON.parse(body as string), ...present<Item>({ state, verdict, finishedAt }), ...seen } as StoredOrder;
}
