/**
 * The one table, as data: the stack on AWS and the local database create it from here. Every index exists from the start.
 *
 *   pk                        sk                      what
 *   object#<object>           ticket                  the work queue's ticket            index wake (shard, wake)
 *   object#<object>           latest                  the newest record of the object
 *   release#<release>         summary                 one release                        indexes rollout and day
 *   release#<release>         t#<object>#<version>…   a transition of the release
 *   order#<id>                order                   a stored order                     indexes rollout and person, wake while open
 *   chain#<chain>             <number>                one link of a chain of orders (shared/order-chain.ts)
 *   cursor#<name>             cursor                  a place to continue from
 *
 * The indexes are sparse (an item without the attribute is not in them) and hold whole items. TTL only tidies up.
 */

import { DAY, SECOND, type Instant, type Millis } from '#core/time.ts';

/** In every item: which layout it has. Raised when an older Weir could not read what a newer one writes. */
export const SCHEMA = 1;

export interface IndexDefinition {
  readonly partition: { readonly name: string; readonly type: 'S' };
  readonly sort: { readonly name: string; readonly type: 'S' | 'N' };
}

export const KEY: IndexDefinition = { partition: { name: 'pk', type: 'S' }, sort: { name: 'sk', type: 'S' } };

/** When DynamoDB may delete an item at its leisure, seconds since 1970. */
export const TTL_ATTRIBUTE = 'expires';

/** How long history is kept. */
export const KEEP: Millis = 400 * DAY;

export function expiresAt(from: Instant, keep: Millis = KEEP): number {
  return Math.ceil((from + keep) / SECOND);
}

export const INDEXES = {
  wake: { partition: { name: 'shard', type: 'S' }, sort: { name: 'wake', type: 'N' } },
  rollout: { partition: { name: 'rollout', type: 'S' }, sort: { name: 'at', type: 'N' } },
  day: { partition: { name: 'day', type: 'S' }, sort: { name: 'at', type: 'N' } },
  person: { partition: { name: 'person', type: 'S' }, sort: { name: 'at', type: 'N' } },
} as const satisfies Record<string, IndexDefinition>;

export type IndexName = keyof typeof INDEXES;
