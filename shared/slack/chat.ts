/** What cards ask of a chat workspace; Slack's web API and its stand-in implement it. */
import type { SlackMessage } from '#core/messages/card/block.ts';
import type { Instant } from '#core/time.ts';

/** Where a message stands: Slack knows it by its channel's id and its timestamp. */
export interface Place {
  readonly channel: string;
  readonly ts: string;
}

export interface Posting {
  /** Name or id. */
  readonly channel: string;
  readonly message: SlackMessage;
  /** Under which message; absent: in the channel itself. */
  readonly thread?: string;
  /** What the message is found again by, in its metadata. */
  readonly mark: string;
}

export type Posted =
  | ({ readonly state: 'posted' } & Place)
  /** Slack finds it too large, or does not like its blocks: a shorter one may do. */
  | { readonly state: 'refused'; readonly error: string }
  /** Nobody can post there, now or later: archived, unknown, not invited. */
  | { readonly state: 'closed'; readonly error: string };

/** Errors: TransientError (with `retryAfter` where Slack says when) means that nobody knows whether it was done. */
export interface Chat {
  post(posting: Posting): Promise<Posted>;
  update(place: Place, message: SlackMessage): Promise<Posted>;
  /** Take it back; one that is gone, or that cannot be taken back, is left as it is. */
  remove(place: Place): Promise<void>;
  /** The message with this mark, among those not older than `since`. */
  find(channel: string, mark: string, since: Instant, thread?: string): Promise<Place | undefined>;
}
