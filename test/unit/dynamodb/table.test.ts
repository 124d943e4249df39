import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BatchWriteCommand, GetCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ConflictError, TransientError } from '#core/errors.ts';
import { createTable, type Item, type ItemKey } from '#shared/dynamodb/table.ts';
import { startDynalite, type LocalDynamodb } from '../../../infra/local/dynalite.ts';

const NEW = { expression: 'attribute_not_exists(#pk)' };

let local: LocalDynamodb;
beforeAll(async () => {
  local = await startDynalite();
});
afterAll(() => local.stop());

type Send = (command: unknown) => Promise<unknown>;

/** The table through a client that may do something else than what it is asked. */
function tableThrough(intercept: (command: unknown, send: Send) => Promise<unknown>) {
  const send: Send = (command) => local.client.send(command as GetCommand);
  const client = { send: (command: unknown) => intercept(command, send) };
  return createTable(client as unknown as DynamoDBDocumentClient, local.tableName);
}

function honest() {
  return createTable(local.client, local.tableName);
}

/** The first answer is lost, the SDK sends again. */
async function twice(command: unknown, send: Send): Promise<unknown> {
  if (!(command instanceof GetCommand)) await send(command);
  return send(command);
}

describe('a write whose answer was lost', () => {
  it('given a put that the SDK repeats, then it knows its own item', async () => {
    const key = { pk: 'repeated-put', sk: 'x' };
    expect(await tableThrough(twice).put(key, { n: 1 }, NEW)).toBeDefined();
    expect(await honest().get(key)).toMatchObject({ n: 1 });
  });

  it('given an update that the SDK repeats, then it knows its own item', async () => {
    const key = { pk: 'repeated-update', sk: 'x' };
    await honest().put(key, { n: 1 });
    const update = { expression: 'SET #n = :two', values: { two: 2 } };
    const stillOne = { expression: '#n = :one', values: { one: 1 } };
    expect(await tableThrough(twice).update(key, update, stillOne)).toBeDefined();
    expect(await honest().update(key, update, stillOne)).toBeUndefined();
  });

  it('given an item of another writer, then a repeated put has lost', async () => {
    const key = { pk: 'taken', sk: 'x' };
    await honest().put(key, { n: 1 });
    expect(await tableThrough(twice).put(key, { n: 1 }, NEW)).toBeUndefined();
  });
});

describe('given an item that a newer Weir has written while its deployment rolls through', () => {
  const key = { pk: 'newer', sk: 'x' };
  const nextSchema = (command: unknown, send: Send) => {
    if (command instanceof PutCommand) Object.assign(command.input.Item ?? {}, { schema: 2 });
    return send(command);
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
    const table = tableThrough(async (command, send) => {
      const requests = (command as BatchWriteCommand).input.RequestItems?.[local.tableName] ?? [];
      await send(new BatchWriteCommand({ RequestItems: { [local.tableName]: requests.slice(0, 1) } }));
      return { UnprocessedItems: requests.length > 1 ? { [local.tableName]: requests.slice(1) } : {} };
    });
    await table.putAll(items);
    expect(await honest().query('left-over')).toHaveLength(3);
  });

  it('given a database that takes none, then that is transient', async () => {
    const table = tableThrough(async (command) => ({
      UnprocessedItems: (command as BatchWriteCommand).input.RequestItems,
    }));
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
    const table = tableThrough(() => Promise.reject(error));
    const thrown: unknown = await table.get({ pk: 'x', sk: 'x' }).catch((caught: unknown) => caught);
    expect(thrown instanceof TransientError).toBe(transient);
    expect(transient ? (thrown as Error).cause : thrown).toBe(error);
  });
});
