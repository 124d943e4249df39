import { afterAll, beforeAll } from '@jest/globals';
import { createTable, type Table } from '#shared/dynamodb/table.ts';
import { startDynalite, type LocalDynamodb } from '../../infra/local/dynalite.ts';

/** One dynalite in memory for a test file, its table made once; tests keep apart by their keys. */
export function useDynamodb(): () => Table {
  let local: LocalDynamodb | undefined;
  beforeAll(async () => {
    local = await startDynalite();
  });
  afterAll(() => local?.stop());
  return () => {
    if (local === undefined) throw new Error('dynalite is started before the first test of the file, not earlier');
    return createTable(local.client, local.tableName);
  };
}
