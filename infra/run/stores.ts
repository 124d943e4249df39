/** Where history, orders and places are kept: on this machine's disk, or in DynamoDB. */
import { join } from 'node:path';
import { createLeveldbCursorStore } from '#shared/history/leveldb-cursor-store.ts';
import { createLeveldbOrderStore } from '#shared/history/leveldb-order-store.ts';
import { createLeveldbRunHistory } from '#shared/history/leveldb-run-history.ts';
import { LevelStore, TIDY_AFTER, TIDY_EVERY } from '#shared/leveldb/store.ts';
import { messageOf } from '#core/errors.ts';
import type { Clock, Log } from '#shared/ports.ts';
import { createMemoryTicketStore } from '#shared/queue/memory-ticket-store.ts';
import type { Timers } from '../local/clock.ts';
import type { RunOptions } from './options.ts';
import type { Stores } from './store-set.ts';

interface StoreParts {
  readonly timers: Timers & Clock;
  readonly log: Log;
}

/** @throws InvalidSpecError when the folder is in use or was written by another Weir */
export async function openStores(options: RunOptions, parts: StoreParts): Promise<Stores> {
  if (options.dynamodbEndpoint !== undefined) {
    const { openDynamodbStores } = await import('./dynamodb-stores.ts');
    return openDynamodbStores({ endpoint: options.dynamodbEndpoint, table: options.dynamodbTable }, parts.timers);
  }
  return openLocalStores(options.data, parts);
}

async function openLocalStores(folder: string, { timers, log }: StoreParts): Promise<Stores> {
  const store = await LevelStore.open(join(folder, 'history'));
  let cancel = timers.after(TIDY_AFTER, tidy);
  async function tidy(): Promise<void> {
    cancel = timers.after(TIDY_EVERY, tidy);
    try {
      await store.tidy(timers.now());
    } catch (error) {
      log.warn('Old history not forgotten', { error: messageOf(error) });
    }
  }
  return {
    history: createLeveldbRunHistory(store, timers),
    orders: createLeveldbOrderStore(store),
    cursors: createLeveldbCursorStore(store, timers),
    // At the next start everything is listed and looked at again: tickets need not outlive the process.
    tickets: createMemoryTicketStore({ firstSeq: Math.floor(timers.now()) }),
    async close() {
      cancel();
      await store.close();
    },
  };
}
