/** Tickets in DynamoDB: one item per object, and a sparse index (shard, wake) from which rescue reads. */
import { objectId } from '#core/history/object-id.ts';
import type { Ticket } from '#core/queue/ticket.ts';
import { DAY, type Instant, type Millis } from '#core/time.ts';
import { expiresAt, KEEP } from '../dynamodb/definition.ts';
import { present, type Item, type ItemKey, type Table } from '../dynamodb/table.ts';
import type { Clock, ObjectKey } from '../ports.ts';
import type { StoredTicket, TicketStore } from './ticket-store.ts';

/** Partitions of the index: a thousand writes a second each, and one query each per tick. Changing it loses no ticket that moves again. */
const SHARDS = 8;

/**
 * Longer than the history of the same object: a ticket that began anew would have numbers below the fence of that history.
 * Rollouts, which have no end, keep theirs.
 */
const KEEP_TICKET: Millis = KEEP + 30 * DAY;

export function createDynamodbTicketStore(table: Table, clock: Clock): TicketStore {
  return {
    async read(request) {
      const item = await table.get(keyOf(request));
      return item && fromItem(item);
    },
    async write(request, expected, ticket) {
      const condition =
        expected === undefined
          ? { expression: 'attribute_not_exists(#pk)' }
          : { expression: '#tag = :expected', values: { expected } };
      const tag = await table.put(keyOf(request), toItem(request, ticket, clock.now()), condition);
      return tag === undefined ? undefined : { request, ticket, tag };
    },
    async overdue(before) {
      const sort = { expression: '#wake < :before', values: { before } };
      const shards = Array.from({ length: SHARDS }, (_, shard) => table.query(String(shard), { index: 'wake', sort }));
      return (await Promise.all(shards)).flat().map(fromItem);
    },
  };
}

function keyOf(request: ObjectKey): ItemKey {
  return { pk: `object#${objectId(request)}`, sk: 'ticket' };
}

function toItem({ cluster, kind, namespace, name }: ObjectKey, ticket: Ticket, now: Instant): Item {
  const request = { cluster, kind, namespace, name };
  const shard = shardOf(objectId(request));
  const expires = kind === 'Rollout' ? undefined : expiresAt(now, KEEP_TICKET);
  return present<Item>({ request, ...ticket, shard, expires });
}

function fromItem(item: Item): StoredTicket {
  const { request, tag, seq, failures, putOffs, due, hold, wake } = item as unknown as Ticket & StoredTicket;
  return { request, ticket: present<Ticket>({ seq, failures, putOffs, due, hold, wake }), tag };
}

/** FNV-1a: spreads names that differ in their last letters. */
function shardOf(id: string): string {
  let hash = 0x811c9dc5;
  for (const char of id) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return String(hash % SHARDS);
}
