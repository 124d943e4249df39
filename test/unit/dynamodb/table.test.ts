import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConflictError, TransientError } from '#core/errors.ts';
import type { DocumentClient } from '#shared/dynamodb/document-client.ts';
import { createTable, type Item, type ItemKey } from '#shared/dynamodb/table.ts';
import { startDynalite, type LocalDynamodb } from '../../../infra/local/dynalite.ts';

const NEW = { expression: 'attribute_not_exists(#pk)' };

let local: LocalDynamodb;
beforeAll(async () => {
  local = await startDynalite();
});
afterAll(() => local.stop());

/** The table through a client some of whose operations do something else than what they are asked. */
function tableThrough(others: Partial<DocumentClient>) {
  const { client } = local;
  const honestly: DocumentClient = {
    get: (input) => client.get(input),
    put: (input) => client.put(input),
    update: (input) => client.update(input),
    query: (input) => client.query(input),
    batchWrite: (input) => client.batchWrite(input),
  };
  return createTable({ ...honestly, ...others }, local.tableName);
}

function honest() {
  return createTable(local.client, local.tableName);
}

/** The first answer is lost, the client sends again. */
const TWICE: Partial<DocumentClient> = {
  async put(input) {
    await local.client.put(input);
    return local.client.put(input);
  },
  async update(input) {
    await local.client.update(input);
    return local.client.update(input);
  },
};

describe('a write whose answer was lost', () => {
  it('given a put that the client repeats, then it knows its own item', async () => {
    const key = { pk: 'repeated-put', sk: 'x' };
    expect(await tableThrough(TWICE).put(key, { n: 1 }, NEW)).toBeDefined();
    expect(await honest().get(key)).toMatchObject({ n: 1 });
  });

  it('given an update that the client repeats, then it knows its own item', async () => {
    const key = { pk: 'repeated-update', sk: 'x' };
    await honest().put(key, { n: 1 });
    const update = { expression: 'SET #n = :two', values: { two: 2 } };
    const stillOne = { expression: '#n = :one', values: { one: 1 } };
    expect(await tableThrough(TWICE).update(key, update, stillOne)).toBeDefined();
    expect(await honest().update(key, update, stillOne)).toBeUndefined();
  });

  it('given an item of another writer, then a repeated put has lost', async () => {
    const key = { pk: 'taken', sk: 'x' };
    await honest().put(key, { n: 1 });
    expect(await tableThrough(TWICE).put(key, { n: 1 }, NEW)).toBeUndefined();
  });
});

describe('given an item that a newer Weir has written while its deployment rolls through', () => {
  const key = { pk: 'newer', sk: 'x' };
  const nextSchema: Partial<DocumentClient> = {
    put: (input) => local.client.put({ ...input, Item: { ...input.Item, schema: 2 } }),
  };
  beforeAll(async () => void (await tableThrough(nextSchema).put(key, { n: 1 })));

  it.each([
    { when: 'it is read', read: () => honest().get(key) },
    { when: 'it is among others', read: () => honest().query(key.pk) },
  ])('when $when, then it is left to a newer worker', async ({ read }) => {
    await expect(read()).rejects.toThrow(TransientError);
    await expect(read()).rejects.toThrow('schema 2, this version reads 1');
  });
});

describe('query', () => {
  const items = Array.from({ length: 30 }, (_, index): ItemKey & Item => ({
    pk: 'pages',
    sk: String(index).padStart(2, '0'),
    text: 'x'.repeat(60_000),
  }));
  beforeAll(() => honest().putAll(items));

  it.each([
    { limit: undefined, found: 30 },
    { limit: 25, found: 25 },
    { limit: 3, found: 3 },
    { limit: 0, found: 0 },
  ])('given more than one page of items, when up to $limit are asked for, then $found come, in order', async (row) => {
    const options = row.limit === undefined ? {} : { limit: row.limit };
    const found = await honest().query('pages', options);
    expect(found.map(({ sk }) => sk)).toEqual(items.slice(0, row.found).map(({ sk }) => sk));
  });

  it('given newest first, then the order is turned round', async () => {
    expect((await honest().query('pages', { newestFirst: true, limit: 2 })).map(({ sk }) => sk)).toEqual(['29', '28']);
  });
});

describe('putAll', () => {
  const items = ['a', 'b', 'c'].map((sk) => ({ pk: 'left-over', sk }));

  it('given a database that leaves items over, then they are offered again', async () => {
    const table = tableThrough({
      async batchWrite({ RequestItems }) {
        const requests = RequestItems?.[local.tableName] ?? [];
        await local.client.batchWrite({ RequestItems: { [local.tableName]: requests.slice(0, 1) } });
        return { UnprocessedItems: requests.length > 1 ? { [local.tableName]: requests.slice(1) } : {} };
      },
    });
    await table.putAll(items);
    expect(await honest().query('left-over')).toHaveLength(3);
  });

  it('given a database that takes none, then that is transient', async () => {
    const table = tableThrough({ batchWrite: async ({ RequestItems }) => ({ UnprocessedItems: RequestItems }) });
    await expect(table.putAll(items)).rejects.toThrow(TransientError);
  });
});

describe('errors of the database', () => {
  const named = (name: string) => Object.assign(new Error(name), { name });
  it.each([
    { error: named('ThrottlingException'), transient: true },
    { error: named('ProvisionedThroughputExceededException'), transient: true },
    { error: Object.assign(named('Odd'), { $metadata: { httpStatusCode: 503 } }), transient: true },
    { error: Object.assign(named('Error'), { errno: -111, code: 'ECONNREFUSED' }), transient: true },
    { error: Object.assign(named('ValidationException'), { $metadata: { httpStatusCode: 400 } }), transient: false },
    { error: new ConflictError('of ours'), transient: false },
  ])('given $error, then transient is $transient', async ({ error, transient }) => {
    const table = tableThrough({ get: () => Promise.reject(error) });
    const thrown: unknown = await table.get({ pk: 'x', sk: 'x' }).catch((caught: unknown) => caught);
    expect(thrown instanceof TransientError).toBe(transient);
    expect(transient ? (thrown as Error).cause : thrown).toBe(error);
  });
});
