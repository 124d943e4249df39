import { createDynamodbOrderStore } from '#shared/history/dynamodb-order-store.ts';
import { createLeveldbOrderStore } from '#shared/history/leveldb-order-store.ts';
import { createMemoryOrderStore } from '#shared/history/memory-order-store.ts';
import { useDynamodb } from '../support/dynamodb.ts';
import { useLeveldb } from '../support/leveldb.ts';
import { defineOrderStoreContract } from './order-store.ts';

const table = useDynamodb();
const level = useLeveldb();

defineOrderStoreContract('memory', () => createMemoryOrderStore());
defineOrderStoreContract('DynamoDB', () => createDynamodbOrderStore(table()));
defineOrderStoreContract('LevelDB', () => createLeveldbOrderStore(level()));
