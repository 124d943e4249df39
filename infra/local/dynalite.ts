/**
 * DynamoDB on this machine: dynalite on 127.0.0.1, in a folder or in memory, with the table made. What it cannot do: TTL
 * (nothing is ever deleted), transactions, and giving back the old item of a failed condition. Weir needs none of them.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
  type CreateTableCommandInput,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import { INDEXES, KEY, SCHEMA, type IndexDefinition } from '#shared/dynamodb/definition.ts';

export interface LocalDynamodb {
  readonly endpoint: string;
  readonly tableName: string;
  readonly client: DynamoDBDocument;
  stop(): Promise<void>;
}

export interface LocalDynamodbOptions {
  /** Where the data lives on; in memory without it. */
  readonly folder?: string;
  readonly tableName?: string;
}

/** @throws when the folder was written by another schema of Weir */
export async function startDynalite({ folder, tableName = 'weir' }: LocalDynamodbOptions = {}): Promise<LocalDynamodb> {
  if (folder !== undefined) await claimFolder(folder);
  const server = dynalite({ createTableMs: 0, ...(folder === undefined ? {} : { path: join(folder, 'data') }) });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const idle = whenIdle(server);
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const bare = new DynamoDBClient({
    endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  await createTableOnce(bare, tableName);
  return {
    endpoint,
    tableName,
    client: DynamoDBDocument.from(bare),
    async stop() {
      // A request that the closing database meets would end the process.
      await idle();
      bare.destroy();
      await new Promise<void>((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
      });
    },
  };
}

/** @returns waits until no request is under way */
function whenIdle(server: Server): () => Promise<void> {
  let underWay = 0;
  const waiting: (() => void)[] = [];
  server.on('request', (_request: IncomingMessage, response: ServerResponse) => {
    underWay += 1;
    response.once('close', () => {
      underWay -= 1;
      if (underWay === 0) for (const resolve of waiting.splice(0)) resolve();
    });
  });
  return async () => {
    if (underWay > 0) await new Promise<void>((resolve) => void waiting.push(resolve));
  };
}

/** The folder says which schema its data has: an older or newer Weir must not misread it. */
async function claimFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'schema');
  const found = await readFile(file, 'utf8').catch(() => undefined);
  if (found === undefined) return writeFile(file, `${SCHEMA}\n`);
  if (Number(found) === SCHEMA) return;
  const which = `schema ${found.trim()}, this Weir reads schema ${SCHEMA}`;
  throw new Error(`${folder} holds data of ${which}: move the folder away, or start the Weir that wrote it`);
}

/** The table as `CreateTable` takes it. */
export function tableDefinition(tableName: string): CreateTableCommandInput {
  const definitions = [KEY, ...Object.values<IndexDefinition>(INDEXES)];
  const attributes = new Map(
    definitions.flatMap(({ partition, sort }) => [partition, sort]).map((key) => [key.name, key.type]),
  );
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...attributes].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
    KeySchema: keySchema(KEY),
    GlobalSecondaryIndexes: Object.entries<IndexDefinition>(INDEXES).map(([IndexName, index]) => ({
      IndexName,
      KeySchema: keySchema(index),
      Projection: { ProjectionType: 'ALL' },
    })),
  };
}

async function createTableOnce(client: DynamoDBClient, tableName: string): Promise<void> {
  const command = new CreateTableCommand(tableDefinition(tableName));
  try {
    await client.send(command);
    await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 1 }, { TableName: tableName });
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
}

function keySchema({ partition, sort }: IndexDefinition) {
  return [
    { AttributeName: partition.name, KeyType: 'HASH' as const },
    { AttributeName: sort.name, KeyType: 'RANGE' as const },
  ];
}
