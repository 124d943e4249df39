import { afterAll, beforeAll } from '@jest/globals';
import { connectDocuments } from '#shared/dynamodb/client.ts';
import { createTable, type Table } from '#shared/dynamodb/table.ts';
import { startDynalite, type LocalDynamodb } from '../../infra/local/dynalite.ts';

/** One dynalite in memory for a test file, asked as functions ask; its table is made once, tests keep apart by their keys. */
export function useDynamodb(): () => Table {
  let local: LocalDynamodb | undefined;
  beforeAll(async () => {
    local = await startDynalite();
  });
  afterAll(() => local?.stop());
  return () => {
    if (local === undefined) throw new Error('dynalite is started before the first test of the file, not earlier');
    return createTable(connectDocuments(environmentFor(local)), local.tableName);
  };
}

/** What a function would find in its environment. */
export function environmentFor({ endpoint }: LocalDynamodb): NodeJS.ProcessEnv {
  return {
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
}
