import { createDynamodbRunHistory } from '#shared/history/dynamodb-run-history.ts';
import { createLeveldbRunHistory } from '#shared/history/leveldb-run-history.ts';
import { createMemoryRunHistory } from '#shared/history/memory-run-history.ts';
import { useDynamodb } from '../support/dynamodb.ts';
import { useLeveldb } from '../support/leveldb.ts';
import { defineRunHistoryContract } from './run-history.ts';

const table = useDynamodb();
const level = useLeveldb();

defineRunHistoryContract('memory', () => createMemoryRunHistory());
defineRunHistoryContract('DynamoDB', (clock) => createDynamodbRunHistory(table(), clock));
defineRunHistoryContract('LevelDB', (clock) => createLeveldbRunHistory(level(), clock));
