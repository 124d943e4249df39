/** Cursors in DynamoDB. */
import { DAY, type Millis } from '#core/time.ts';
import { expiresAt, KEEP } from '../dynamodb/definition.ts';
import { present, type Item, type Table } from '../dynamodb/table.ts';
import type { Clock, CursorStore } from '../ports.ts';

/** What is of one request, event, card or wait is of no use some time later; the first beginning that fits counts. */
const KEPT: readonly (readonly [beginning: string, keep: Millis])[] = [
  // A signature is good for five minutes.
  ['slack/v0=', DAY],
  // Dead letters wait for 14 days, and may be delivered again then.
  ['sent/', 30 * DAY],
  // As long as the release that they are about.
  ['slack/', KEEP],
  ['approvals/', KEEP],
  ['reminded/', KEEP],
];

export function createDynamodbCursorStore(table: Table, clock: Clock): CursorStore {
  return {
    async get(name) {
      return (await table.get(keyOf(name)))?.['value'] as string | undefined;
    },
    async set(name, value, expected) {
      const condition =
        expected === undefined
          ? { expression: 'attribute_not_exists(#pk)' }
          : { expression: '#value = :expected', values: { expected } };
      const keep = keptFor(name);
      const expires = keep === undefined ? undefined : expiresAt(clock.now(), keep);
      return (await table.put(keyOf(name), present<Item>({ value, expires }), condition)) !== undefined;
    },
  };
}

/** @returns undefined for places to continue from, freezes, gaps: they are the same item for ever */
function keptFor(name: string): Millis | undefined {
  return KEPT.find(([beginning]) => name.startsWith(beginning))?.[1];
}

function keyOf(name: string) {
  return { pk: `cursor#${name}`, sk: 'cursor' };
}
