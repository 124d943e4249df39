/** The functions of the stack, and what kind of rights and shape each has. */
import type { IndexName } from '#shared/dynamodb/definition.ts';
import type { FunctionName } from '#shared/aws/environment.ts';

/** These read clusters; of them only the last two write. */
export const CLUSTER_READERS: readonly FunctionName[] = ['tick', 'slack', 'api'];
export const CLUSTER_WRITERS: readonly FunctionName[] = ['reconcile', 'orders'];

/** What may be done to which items: the partition keys of shared/dynamodb/definition.ts. Nothing is ever scanned or deleted. */
export interface TableAccess {
  readonly actions: readonly string[];
  /** Partition keys, `*` at the end; all of them, and the indexes, by default. */
  readonly keys?: readonly string[];
  /** Of this index only. */
  readonly index?: IndexName;
}

const READ_AND_PUT = ['dynamodb:GetItem', 'dynamodb:PutItem'];
const WORK: TableAccess = { actions: [...READ_AND_PUT, 'dynamodb:UpdateItem', 'dynamodb:Query'] };

/** What only takes something in may touch what is its own, and nothing else; the notifier reads the releases that it tells of. */
export const TABLE_ACCESS: Readonly<Record<FunctionName, readonly TableAccess[]>> = {
  tick: [WORK],
  reconcile: [{ actions: [...WORK.actions, 'dynamodb:BatchWriteItem'] }],
  orders: [WORK],
  slack: [WORK],
  api: [WORK],
  notifier: [
    { actions: ['dynamodb:GetItem', 'dynamodb:Query'] },
    { actions: ['dynamodb:PutItem'], keys: ['cursor#*'] },
  ],
  alertmanager: [
    { actions: ['dynamodb:Query'], keys: ['orders-*'], index: 'wake' },
    { actions: [...READ_AND_PUT, 'dynamodb:Query'], keys: ['order#*', 'chain#*'] },
  ],
  admission: [{ actions: READ_AND_PUT, keys: ['object#*'] }],
};
