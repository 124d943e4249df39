import { createDynamodbTicketStore } from '#shared/queue/dynamodb-ticket-store.ts';
import { createMemoryTicketStore } from '#shared/queue/memory-ticket-store.ts';
import { useDynamodb } from '../support/dynamodb.ts';
import { defineWorkQueueContract } from './work-queue.ts';

const table = useDynamodb();

defineWorkQueueContract('memory', () => createMemoryTicketStore());
defineWorkQueueContract('DynamoDB', (clock) => createDynamodbTicketStore(table(), clock));
