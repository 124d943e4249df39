import { createDynamodbOrderStore } from '#shared/history/dynamodb-order-store.ts';
import { createMemoryOrderStore } from '#shared/history/memory-order-store.ts';
import { useDynamodb } from '../support/dynamodb.ts';
import { defineOrderStoreContract } from './order-store.ts';

const table = useDynamodb();

defineOrderStoreContract('memory', () => createMemoryOrderStore());
defineOrderStoreContract('DynamoDB', () => createDynamodbOrderStore(table()));
