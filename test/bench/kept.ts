/** Where a bench keeps history, orders, places and tickets: as tests, as `weir run`, or as the functions on AWS do. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDocuments } from '#shared/dynamodb/client.ts';
import { createTable } from '#shared/dynamodb/table.ts';
import { createDynamodbCursorStore } from '#shared/history/dynamodb-cursor-store.ts';
import { createDynamodbOrderStore } from '#shared/history/dynamodb-order-store.ts';
import { createDynamodbRunHistory } from '#shared/history/dynamodb-run-history.ts';
import { createLeveldbCursorStore } from '#shared/history/leveldb-cursor-store.ts';
import { createLeveldbOrderStore } from '#shared/history/leveldb-order-store.ts';
import { createLeveldbRunHistory } from '#shared/history/leveldb-run-history.ts';
import { createMemoryCursorStore } from '#shared/history/memory-cursor-store.ts';
import { createMemoryOrderStore } from '#shared/history/memory-order-store.ts';
import { createMemoryRunHistory } from '#shared/history/memory-run-history.ts';
import { LevelStore } from '#shared/leveldb/store.ts';
import type { Clock } from '#shared/ports.ts';
import { createDynamodbTicketStore } from '#shared/queue/dynamodb-ticket-store.ts';
import { createMemoryTicketStore } from '#shared/queue/memory-ticket-store.ts';
import type { Stores } from '../../infra/run/store-set.ts';
import type { LocalDynamodb } from '../../infra/local/dynalite.ts';
import { environmentFor } from '../support/dynamodb-environment.ts';
import { costOf } from './cluster/process-cost.ts';

export interface Kept extends Stores {
  /** On disk, in Weir's own format; 0: not kept there. */
  bytes(): number;
  /** CPU of the database, where it is a process of its own. */
  databaseCpuSeconds(): number;
}

export type Place = Pick<LocalDynamodb, 'endpoint' | 'tableName'>;

export function keep(store: string, clock: Clock): Promise<Kept> {
  const open = { memory: inMemory, leveldb: inLeveldb, dynalite: inDynalite }[store];
  if (open === undefined) throw new Error(`--store is memory, leveldb or dynalite, not "${store}"`);
  return open(clock);
}

async function inMemory(clock: Clock): Promise<Kept> {
  return {
    history: createMemoryRunHistory(),
    orders: createMemoryOrderStore(),
    cursors: createMemoryCursorStore(),
    tickets: createMemoryTicketStore({ firstSeq: clock.now() }),
    bytes: () => 0,
    databaseCpuSeconds: () => 0,
    close: async () => undefined,
  };
}

/** Tickets stay in memory, as those of `weir run` do. */
async function inLeveldb(clock: Clock): Promise<Kept> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'));
  const level = await LevelStore.open(folder);
  return {
    ...(await inMemory(clock)),
    history: createLeveldbRunHistory(level, clock),
    orders: createLeveldbOrderStore(level),
    cursors: createLeveldbCursorStore(level, clock),
    bytes: () => bytesIn(folder),
    async close() {
      await level.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** In a process of its own: its CPU and its heap are not Weir's. */
async function inDynalite(clock: Clock): Promise<Kept> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'));
  const database = fork(new URL('./dynalite-process.ts', import.meta.url), [folder], { execArgv: [] });
  const { endpoint, tableName } = await placeOf(database);
  const table = createTable(connectDocuments(environmentFor({ endpoint })), tableName);
  return {
    history: createDynamodbRunHistory(table, clock),
    orders: createDynamodbOrderStore(table),
    cursors: createDynamodbCursorStore(table, clock),
    tickets: createDynamodbTicketStore(table, clock),
    bytes: () => 0,
    databaseCpuSeconds: () => (database.pid === undefined ? 0 : costOf(database.pid).cpuSeconds),
    async close() {
      const gone = once(database, 'exit');
      database.disconnect();
      await gone;
      rmSync(folder, { recursive: true });
    },
  };
}

/** @throws when it ends before it serves */
function placeOf(database: ChildProcess): Promise<Place> {
  return new Promise((resolve, reject) => {
    database.once('message', (place) => resolve(place as Place));
    database.once('exit', (code) => reject(new Error(`dynalite ended with code ${code} before it served`)));
  });
}

function bytesIn(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}
