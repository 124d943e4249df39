/** DynamoDB of the account and region that a function runs in. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { CLIENT_OPTIONS } from '../aws-client.ts';
import { createTable, type Table } from './table.ts';

export function connectTable(tableName: string): Table {
  return createTable(DynamoDBDocumentClient.from(new DynamoDBClient(CLIENT_OPTIONS)), tableName);
}
