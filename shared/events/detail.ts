/** What an event on the bus says, with the version of its form. docs/events.schema.json describes it. */
import type { ReleaseEvent } from '../ports.ts';

export const SOURCE = 'weir';
export const DETAIL_TYPE = 'Weir Transition';

/** Raised only when a consumer of the version before would misread an event. New fields do not raise it. */
export const EVENT_VERSION = 1;

/** The most that an entry may have with its envelope, bytes; EventBridge's own limit is 256 KiB. */
const LARGEST = 240 * 1024;

export type EventDetail = ReleaseEvent & { readonly version: typeof EVENT_VERSION };

/** Details that would not fit are left out, and the event says so: the history has them. */
export function detailOf(event: ReleaseEvent): EventDetail {
  const detail: EventDetail = { version: EVENT_VERSION, ...event };
  if (Buffer.byteLength(JSON.stringify(detail)) <= LARGEST) return detail;
  return { ...detail, transition: { ...event.transition, details: { truncated: true } } };
}
