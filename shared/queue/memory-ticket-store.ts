/** Tickets in memory: for tests, and for a process that finds all its objects again when it starts. */
import { objectId } from '#core/history/object-id.ts';
import type { ObjectKey } from '../ports.ts';
import type { StoredTicket, TicketStore } from './ticket-store.ts';

export interface MemoryTicketStoreOptions {
  /**
   * Numbers of new tickets begin after this. Beside a history that outlives the process they must: its fences refuse
   * numbers below those it knows. The clock's milliseconds at the start will do.
   */
  readonly firstSeq?: number;
}

export function createMemoryTicketStore({ firstSeq = 0 }: MemoryTicketStoreOptions = {}): TicketStore {
  const tickets = new Map<string, StoredTicket>();
  let writes = 0;

  function current(request: ObjectKey): StoredTicket | undefined {
    const stored = tickets.get(objectId(request));
    if (stored !== undefined || firstSeq === 0) return stored;
    return { request, ticket: { seq: firstSeq, failures: 0 }, tag: 'new' };
  }

  return {
    async read(request) {
      return current(request);
    },
    async write(request, expected, ticket) {
      if (current(request)?.tag !== expected) return undefined;
      writes += 1;
      const stored = { request, ticket, tag: String(writes) };
      tickets.set(objectId(request), stored);
      return stored;
    },
    async overdue(before) {
      return [...tickets.values()].filter(({ ticket }) => ticket.wake !== undefined && ticket.wake < before);
    },
  };
}
