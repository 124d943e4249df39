import { afterAll, beforeAll } from '@jest/globals';
import { connectDocuments } from '#shared/dynamodb/client.ts';
import { createTable, type Table } from '#shared/dynamodb/table.ts';
import { startDynalite, type LocalDynamodb } from '../../infra/local/dynalite.ts';
import { environmentFor } from './dynamodb-environment.ts';

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
