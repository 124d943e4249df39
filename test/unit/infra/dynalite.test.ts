import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTable } from '#shared/dynamodb/table.ts';
import { startDynalite } from '../../../infra/local/dynalite.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-dynalite-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function withTable<T>(work: (table: ReturnType<typeof createTable>) => Promise<T>): Promise<T> {
  const local = await startDynalite({ folder: join(folder, 'db') });
  try {
    return await work(createTable(local.client, local.tableName));
  } finally {
    await local.stop();
  }
}

describe('the local database', () => {
  it('given data in a folder, when it is started again, then the data is there', async () => {
    const key = { pk: 'cursor#x', sk: 'cursor' };
    await withTable((table) => table.put(key, { value: '7', day: '2026-11-24', at: 1 }));
    await withTable(async (table) => {
      expect(await table.get(key)).toMatchObject({ value: '7' });
      expect(await table.query('2026-11-24', { index: 'day' })).toHaveLength(1);
    });
  });

  it('given a folder of another schema, then it refuses to start and leaves the folder alone', async () => {
    await withTable(async () => undefined);
    const file = join(folder, 'db', 'schema');
    await writeFile(file, '99\n');
    await expect(withTable(async () => undefined)).rejects.toThrow(/holds data of schema 99, this Weir reads schema 1/);
    expect(await readFile(file, 'utf8')).toBe('99\n');
  });

  it('given two that run at the same time, then each has its own port, on this machine only', async () => {
    const locals = await Promise.all([startDynalite(), startDynalite()]);
    try {
      expect(new Set(locals.map(({ endpoint }) => endpoint)).size).toBe(2);
      for (const { endpoint } of locals) expect(endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    } finally {
      await Promise.all(locals.map((local) => local.stop()));
    }
  });
});
