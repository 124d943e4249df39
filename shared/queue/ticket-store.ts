/** Where tickets are kept: single-item conditional writes, nothing more. */
import type { Ticket } from '#core/queue/ticket.ts';
import type { Instant } from '#core/time.ts';
import type { ObjectKey } from '../ports.ts';

/** A ticket as it was read or written. `tag` changes with every write: a write is made only against the newest. */
export interface StoredTicket {
  readonly request: ObjectKey;
  readonly ticket: Ticket;
  readonly tag: string;
}

export interface TicketStore {
  /** Consistent: sees every write that was acknowledged. */
  read(request: ObjectKey): Promise<StoredTicket | undefined>;
  /**
   * Replace the ticket if its tag still is the expected one (undefined: there is none yet).
   * @returns the ticket as stored; undefined when another writer was first
   */
  write(request: ObjectKey, expected: string | undefined, ticket: Ticket): Promise<StoredTicket | undefined>;
  /** Tickets with a wake before an instant. May lag behind writes: what is read here is only a hint. */
  overdue(before: Instant): Promise<readonly StoredTicket[]>;
}
