import { createDynamodbRunHistory } from '#shared/history/dynamodb-run-history.ts';
import { createMemoryRunHistory } from '#shared/history/memory-run-history.ts';
import { useDynamodb } from '../support/dynamodb.ts';
import { defineRunHistoryContract } from './run-history.ts';

const table = useDynamodb();

defineRunHistoryContract('memory', () => createMemoryRunHistory());
defineRunHistoryContract('DynamoDB', (clock) => createDynamodbRunHistory(table(), clock));
