import { createDynamodbCursorStore } from '#shared/history/dynamodb-cursor-store.ts';
import { createLeveldbCursorStore } from '#shared/history/leveldb-cursor-store.ts';
import { createMemoryCursorStore } from '#shared/history/memory-cursor-store.ts';
import { useDynamodb } from '../support/dynamodb.ts';
import { useLeveldb } from '../support/leveldb.ts';
import { defineCursorStoreContract } from './cursor-store.ts';

const table = useDynamodb();
const level = useLeveldb();

defineCursorStoreContract('memory', () => createMemoryCursorStore());
defineCursorStoreContract('DynamoDB', () => createDynamodbCursorStore(table(), { now: Date.now }));
defineCursorStoreContract('LevelDB', () => createLeveldbCursorStore(level(), { now: Date.now }));
