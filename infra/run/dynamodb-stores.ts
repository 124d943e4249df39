/** The stores in DynamoDB, tickets too: several processes may then share the work. The AWS SDK is loaded for this only. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { createTable } from '#shared/dynamodb/table.ts';
import { createDynamodbCursorStore } from '#shared/history/dynamodb-cursor-store.ts';
import { createDynamodbOrderStore } from '#shared/history/dynamodb-order-store.ts';
import { createDynamodbRunHistory } from '#shared/history/dynamodb-run-history.ts';
import type { Clock } from '#shared/ports.ts';
import { createDynamodbTicketStore } from '#shared/queue/dynamodb-ticket-store.ts';
import type { Stores } from './store-set.ts';

export function openDynamodbStores(place: { readonly endpoint: string; readonly table: string }, clock: Clock): Stores {
  const client = new DynamoDBClient({ endpoint: place.endpoint });
  const table = createTable(DynamoDBDocument.from(client), place.table);
  return {
    history: createDynamodbRunHistory(table, clock),
    orders: createDynamodbOrderStore(table),
    cursors: createDynamodbCursorStore(table, clock),
    tickets: createDynamodbTicketStore(table, clock),
    async close() {
      client.destroy();
    },
  };
}
