/** Deliberate defects of a store or of the queue that both simulated worlds know. */
import type { RunHistory, WorkQueue } from '#shared/ports.ts';
import type { TicketStore } from '#shared/queue/ticket-store.ts';

/** What is asked for while a worker holds the object is forgotten. */
export function droppingDirtyFlag(tickets: TicketStore): TicketStore {
  return {
    ...tickets,
    write(request, expected, ticket) {
      const { due: _, ...clean } = ticket;
      return tickets.write(request, expected, ticket.hold === undefined ? ticket : clean);
    },
  };
}

export function withoutRescue(queue: WorkQueue): WorkQueue {
  return { ...queue, rescue: async () => 0 };
}

/** Neither the version that was read nor the fence counts. */
export function recordingBlindly(history: RunHistory): RunHistory {
  return {
    ...history,
    async record(key, record) {
      const expectedVersion = (await history.latest(key))?.version ?? 0;
      return history.record(key, { ...record, expectedVersion, fence: Infinity });
    },
  };
}
