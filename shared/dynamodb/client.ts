/** DynamoDB of the account and region that a function runs in. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { connectJsonService, type JsonCall } from '../aws-client/json-service.ts';
import type { DocumentClient } from './document-client.ts';
import { createTable, type Table } from './table.ts';

type Attributes = Record<string, AttributeValue>;

export function connectTable(tableName: string): Table {
  return createTable(connectDocuments(), tableName);
}

export function connectDocuments(environment?: NodeJS.ProcessEnv): DocumentClient {
  const call = connectJsonService({ name: 'dynamodb', target: 'DynamoDB_20120810', version: '1.0' }, environment);
  return {
    async get(input) {
      const { Item } = await call<{ Item?: Attributes }>('GetItem', wired(input));
      return Item === undefined ? {} : { Item: unmarshall(Item) };
    },
    put: (input) => call('PutItem', wired(input)),
    update: (input) => call('UpdateItem', wired(input)),
    async query(input) {
      const page = await call<{ Items?: Attributes[]; LastEvaluatedKey?: Attributes }>('Query', wired(input));
      const { Items = [], LastEvaluatedKey } = page;
      const next = LastEvaluatedKey && { LastEvaluatedKey: unmarshall(LastEvaluatedKey) };
      return { Items: Items.map((item) => unmarshall(item)), ...next };
    },
    batchWrite: (input) => batchWrite(input, call),
  };
}

/** Of a request those parts that hold values of items. */
const VALUES = ['Item', 'Key', 'ExpressionAttributeValues', 'ExclusiveStartKey'] as const;

function wired(input: { readonly [part in (typeof VALUES)[number]]?: Record<string, unknown> | undefined }): object {
  const parts = VALUES.flatMap((part) => (input[part] === undefined ? [] : [[part, marshall(input[part])] as const]));
  return { ...input, ...Object.fromEntries(parts) };
}

type WriteRequests = Parameters<DocumentClient['batchWrite']>[0]['RequestItems'];

async function batchWrite({ RequestItems }: { readonly RequestItems: WriteRequests }, call: JsonCall) {
  const wiredItems = eachPut(RequestItems, marshall);
  const answer = await call<{ UnprocessedItems?: WriteRequests }>('BatchWriteItem', { RequestItems: wiredItems });
  return { UnprocessedItems: eachPut(answer.UnprocessedItems, (item) => unmarshall(item as Attributes)) };
}

/** Weir writes whole items only: no request of a batch deletes. */
function eachPut(requests: WriteRequests, converted: (item: Record<string, unknown>) => Record<string, unknown>) {
  const entries = Object.entries(requests ?? {}).map(([table, writes]) => [
    table,
    writes.map(({ PutRequest }) => ({ PutRequest: { Item: converted(PutRequest?.Item ?? {}) } })),
  ]);
  return Object.fromEntries(entries) as NonNullable<WriteRequests>;
}
