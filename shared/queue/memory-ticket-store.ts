/** Tickets in memory: for tests, and for a process that finds all objects again when it starts. */
import { objectId } from '#core/history/object-id.ts';
import type { StoredTicket, TicketStore } from './ticket-store.ts';

export function createMemoryTicketStore(): TicketStore {
  const tickets = new Map<string, StoredTicket>();
  let writes = 0;
  return {
    async read(request) {
      return tickets.get(objectId(request));
    },
    async write(request, expected, ticket) {
      const id = objectId(request);
      if (tickets.get(id)?.tag !== expected) return undefined;
      writes += 1;
      const stored = { request, ticket, tag: String(writes) };
      tickets.set(id, stored);
      return stored;
    },
    async overdue(before) {
      return [...tickets.values()].filter(({ ticket }) => ticket.wake !== undefined && ticket.wake < before);
    },
  };
}
