/** A LevelDB in a folder of its own, for the tests of one file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { LevelStore } from '#shared/leveldb/store.ts';

export function useLeveldb(): () => LevelStore {
  const folder = mkdtempSync(join(tmpdir(), 'weir-leveldb-'));
  let store: LevelStore | undefined;
  beforeAll(async () => {
    store = await LevelStore.open(folder);
  });
  afterAll(async () => {
    await store?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    if (store === undefined) throw new Error('the store is not open yet');
    return store;
  };
}
