import { createDynamodbCursorStore } from '#shared/history/dynamodb-cursor-store.ts';
import { createMemoryCursorStore } from '#shared/history/memory-cursor-store.ts';
import { useDynamodb } from '../support/dynamodb.ts';
import { defineCursorStoreContract } from './cursor-store.ts';

const table = useDynamodb();

defineCursorStoreContract('memory', () => createMemoryCursorStore());
defineCursorStoreContract('DynamoDB', () => createDynamodbCursorStore(table()));
