/** Single-item operations on the table. Expressions write attributes as `#name`; values come as `:name`. */
import { randomUUID } from 'node:crypto';
import type { BatchWriteCommandInput, QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { TransientError } from '#core/errors.ts';
import { call, isFailedCondition, namesAndValues } from './call.ts';
import { INDEXES, KEY, SCHEMA, type IndexName } from './definition.ts';
import type { DocumentClient } from './document-client.ts';

export type Item = Readonly<Record<string, unknown>>;

export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** Holds of the item as it is when the write arrives; `values` without their colon. */
export interface Condition {
  readonly expression: string;
  readonly values?: Item;
}

export interface Update {
  /** `SET …` or `REMOVE …` clauses. */
  readonly expression: string;
  readonly values: Item;
}

export interface QueryOptions {
  readonly index?: IndexName;
  /** A condition on the sort key, besides equality of the partition key. */
  readonly sort?: Condition;
  readonly newestFirst?: boolean;
  readonly limit?: number;
}

/** Errors: TransientError when DynamoDB throttles, fails or does not answer; anything else is a bug. */
export interface Table {
  /** Consistent. */
  get(key: ItemKey): Promise<Item | undefined>;
  /** @returns the tag of the item written; undefined when the condition did not hold */
  put(key: ItemKey, item: Item, condition?: Condition): Promise<string | undefined>;
  update(key: ItemKey, update: Update, condition: Condition): Promise<string | undefined>;
  /** All pages, up to the limit. Consistent, except on an index. */
  query(partition: string, options?: QueryOptions): Promise<readonly Item[]>;
  /** Unconditional puts. */
  putAll(items: readonly (ItemKey & Item)[]): Promise<void>;
}

/** The most that DynamoDB takes in one batch, and how often what it left over is offered again. */
const BATCH = 25;
const BATCH_ATTEMPTS = 8;

export function createTable(client: DocumentClient, TableName: string): Table {
  async function get(key: ItemKey): Promise<Item | undefined> {
    const { Item } = await call(() => client.get({ TableName, Key: { ...key }, ConsistentRead: true }));
    return Item && readable(Item, TableName);
  }

  /**
   * The SDK repeats a write whose answer was lost, and the repetition fails by the condition that the first one ended:
   * by its tag a write knows itself again.
   */
  async function tagged(key: ItemKey, write: (tag: string) => Promise<unknown>): Promise<string | undefined> {
    const tag = randomUUID();
    try {
      await call(() => write(tag));
      return tag;
    } catch (error) {
      if (!isFailedCondition(error)) throw error;
      return (await get(key))?.['tag'] === tag ? tag : undefined;
    }
  }

  return {
    get,
    query(partition, options = {}) {
      return allPages(client, { TableName, ...queryInput(partition, options) }, options.limit);
    },
    put(key, item, condition) {
      return tagged(key, (tag) => {
        const Item = { ...item, ...key, schema: SCHEMA, tag };
        return client.put({ TableName, Item, ...(condition && guard(condition)) });
      });
    },
    update(key, update, condition) {
      return tagged(key, (tag) => {
        const UpdateExpression = update.expression.replace('SET ', 'SET #schema = :schema, #tag = :tag, ');
        const values = { ...update.values, ...condition.values, schema: SCHEMA, tag };
        const command = {
          UpdateExpression,
          ConditionExpression: condition.expression,
          ...namesAndValues([UpdateExpression, condition.expression], values),
        };
        return client.update({ TableName, Key: { ...key }, ...command });
      });
    },
    async putAll(items) {
      for (let from = 0; from < items.length; from += BATCH) {
        await putBatch(client, TableName, items.slice(from, from + BATCH));
      }
    },
  };
}

function guard({ expression, values }: Condition) {
  return { ConditionExpression: expression, ...namesAndValues([expression], values) };
}

/**
 * While a deployment rolls through, the new version writes what this one may not be able to read: it is left alone.
 * @throws TransientError: it is tried again, by a newer worker
 */
function readable(item: Item, table: string): Item {
  const { schema = SCHEMA } = item;
  if (Number(schema) <= SCHEMA) return item;
  throw new TransientError(
    `an item of table ${table} has schema ${Number(schema)}, this version reads ${SCHEMA}: a newer Weir has written it; finish or undo its deployment`,
  );
}

function queryInput(partition: string, { index, sort, newestFirst = false }: QueryOptions) {
  const { name } = (index === undefined ? KEY : INDEXES[index]).partition;
  const expression = [`#${name} = :partition`, sort?.expression].filter((part) => part !== undefined).join(' AND ');
  return {
    KeyConditionExpression: expression,
    ...namesAndValues([expression], { partition, ...sort?.values }),
    ScanIndexForward: !newestFirst,
    ...(index === undefined ? { ConsistentRead: true } : { IndexName: index }),
  };
}

async function allPages(
  client: DocumentClient,
  input: QueryCommandInput,
  limit = Number.POSITIVE_INFINITY,
): Promise<readonly Item[]> {
  const found: Item[] = [];
  let from: QueryCommandInput['ExclusiveStartKey'];
  while (found.length < limit) {
    const left = Number.isFinite(limit) ? { Limit: limit - found.length } : {};
    const page = { ...input, ...left, ExclusiveStartKey: from };
    const { Items, LastEvaluatedKey } = await call(() => client.query(page));
    found.push(...(Items ?? []).map((item) => readable(item, input.TableName ?? '')));
    if (LastEvaluatedKey === undefined) return found;
    from = LastEvaluatedKey;
  }
  return found;
}

async function putBatch(client: DocumentClient, table: string, items: readonly Item[]): Promise<void> {
  type Requests = NonNullable<BatchWriteCommandInput['RequestItems']>[string];
  let left: Requests = items.map((item) => ({ PutRequest: { Item: { ...item, schema: SCHEMA } } }));
  for (let attempt = 1; attempt <= BATCH_ATTEMPTS; attempt++) {
    const request = { RequestItems: { [table]: left } };
    const { UnprocessedItems } = await call(() => client.batchWrite(request));
    left = UnprocessedItems?.[table] ?? [];
    if (left.length === 0) return;
  }
  throw new TransientError(
    `DynamoDB left ${left.length} of ${items.length} items of table ${table} unwritten; try again`,
  );
}

/** The fields that are there: DynamoDB knows no undefined, and an optional property is absent rather than undefined. */
export function present<T extends object>(fields: { readonly [Name in keyof T]?: T[Name] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
