/** Tells people of a transition, once each: the bus delivers at least once, the sent-record remembers. */
import type { EventBridgeEvent } from 'aws-lambda';
import type { Announcer, CursorStore } from '#shared/ports.ts';
import { parseReleaseEvent } from './schema.ts';

export interface NotifierPorts {
  readonly announcer: Announcer;
  readonly sent: CursorStore;
}

export function createNotifierHandler({ announcer, sent }: NotifierPorts) {
  return async function notify(event: Pick<EventBridgeEvent<string, unknown>, 'detail'>): Promise<void> {
    const transition = parseReleaseEvent(event.detail);
    const mark = `sent/${transition.id}`;
    // A first delivery may have come late, written what was true before, and failed then: it comes again, and it is sent.
    if ((await sent.get(mark)) !== undefined) return announcer.refresh?.(transition);
    await announcer.announce(transition);
    await sent.set(mark, 'sent', undefined);
  };
}
