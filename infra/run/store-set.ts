/** All that `weir run` keeps, as one set: in one place or the other. */
import type { CursorStore, OrderStore, RunHistory } from '#shared/ports.ts';
import type { TicketStore } from '#shared/queue/ticket-store.ts';

export interface Stores {
  readonly history: RunHistory;
  readonly orders: OrderStore;
  readonly cursors: CursorStore;
  readonly tickets: TicketStore;
  close(): Promise<void>;
}
