/** Cursors in DynamoDB. */
import type { Table } from '../dynamodb/table.ts';
import type { CursorStore } from '../ports.ts';

export function createDynamodbCursorStore(table: Table): CursorStore {
  return {
    async get(name) {
      return (await table.get(keyOf(name)))?.['value'] as string | undefined;
    },
    async set(name, value, expected) {
      const condition =
        expected === undefined
          ? { expression: 'attribute_not_exists(#pk)' }
          : { expression: '#value = :expected', values: { expected } };
      return (await table.put(keyOf(name), { value }, condition)) !== undefined;
    },
  };
}

function keyOf(name: string) {
  return { pk: `cursor#${name}`, sk: 'cursor' };
}
