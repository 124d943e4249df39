import { afterAll, beforeAll } from '@jest/globals';
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { createTable } from '#shared/dynamodb/table.ts';
import { createDynamodbOrderStore } from '#shared/history/dynamodb-order-store.ts';
import { createLeveldbOrderStore } from '#shared/history/leveldb-order-store.ts';
import { createMemoryOrderStore, type MemoryOrders } from '#shared/history/memory-order-store.ts';
import type { ChainEntry, StoredOrder } from '#shared/ports.ts';
import { startDynalite, type LocalDynamodb } from '../../infra/local/dynalite.ts';
import { useLeveldb } from '../support/leveldb.ts';
import { defineOrderChainContract, type Tampering } from './order-chain.ts';

let local: LocalDynamodb;
beforeAll(async () => {
  local = await startDynalite();
});
afterAll(() => local.stop());

const level = useLeveldb();
const shared: MemoryOrders = { orders: new Map(), entries: [] };

defineOrderChainContract('memory', () => ({
  store: createMemoryOrderStore(shared),
  async editOrder(id, edit) {
    const edited = edit(shared.orders.get(id) as StoredOrder);
    if (edited === undefined) shared.orders.delete(id);
    else shared.orders.set(id, edited);
  },
  async editEntry(chain, seq, edit) {
    const index = shared.entries.findIndex((entry) => entry.chain === chain && entry.seq === seq);
    const edited = edit(shared.entries[index] as ChainEntry);
    shared.entries.splice(index, 1, ...(edited === undefined ? [] : [edited]));
  },
}));

defineOrderChainContract('DynamoDB', () => {
  const table = createTable(local.client, local.tableName);
  const store = createDynamodbOrderStore(table);
  const remove = async (pk: string, sk: string) =>
    void (await local.client.send(new DeleteCommand({ TableName: local.tableName, Key: { pk, sk } })));
  return {
    store,
    async editOrder(id, edit) {
      const edited = edit((await store.get(id)) as StoredOrder);
      if (edited === undefined) return remove(`order#${id}`, 'order');
      const { state, verdict, finishedAt, effect, ...body } = edited;
      const { cluster, namespace, name } = edited.rollout;
      const filed = { rollout: `orders#${cluster}/${namespace}/${name}`, person: edited.person, at: edited.receivedAt };
      const outcome = { state, verdict, finishedAt, effect: effect && JSON.stringify(effect) };
      const item = JSON.parse(JSON.stringify({ ...filed, ...outcome, body: JSON.stringify(body) })) as object;
      await table.put({ pk: `order#${id}`, sk: 'order' }, { ...item });
    },
    async editEntry(chain, seq, edit) {
      const key = { pk: `chain#${chain}`, sk: String(seq).padStart(10, '0') };
      const edited = edit(JSON.parse((await table.get(key))?.['entry'] as string) as ChainEntry);
      if (edited === undefined) await remove(key.pk, key.sk);
      else await table.put(key, { entry: JSON.stringify(edited) });
    },
  };
});

defineOrderChainContract('LevelDB', (): Tampering => {
  const store = createLeveldbOrderStore(level());
  // A LevelStore forgets only what has expired.
  const put = async (key: string, item: object | undefined) =>
    level().write([item === undefined ? { key, item: {}, expires: 0 } : { key, item }]);
  const placeOf = ({ receivedAt, id }: StoredOrder) => `${String(receivedAt).padStart(16, '0')}/${id}`;
  const filedAt = ({ cluster, namespace, name }: StoredOrder['rollout']) => `asked/${cluster}/${namespace}/${name}/`;
  return {
    store,
    async editOrder(id, edit) {
      const before = await store.get(id);
      const edited = edit(before as StoredOrder);
      const of = (before ?? edited) as StoredOrder;
      const keys = [`order/${id}`, filedAt(of.rollout) + placeOf(of)];
      const person = `person/${encodeURIComponent(of.person)}/${placeOf(of)}`;
      for (const key of [...keys, person]) await put(key, edited);
      if (edited === undefined) await level().tidy(1);
    },
    async editEntry(chain, seq, edit) {
      const key = `chain/${encodeURIComponent(chain)}/${String(seq).padStart(16, '0')}`;
      const edited = edit((await level().get<ChainEntry>(key)) as ChainEntry);
      await put(key, edited);
      if (edited === undefined) await level().tidy(1);
    },
  };
});
