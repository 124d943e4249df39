/**
 * The work queue over tickets: read, decide (core/queue/ticket.ts), write if unchanged, then send. A lost race is decided
 * again on what the winner wrote.
 */
import { TransientError } from '#core/errors.ts';
import { objectId } from '#core/history/object-id.ts';
import {
  afterAdd,
  afterClaim,
  afterFail,
  afterPutOff,
  afterRedrive,
  afterRelease,
  afterRescue,
  isParked,
  RESCUE_AFTER,
  type Step,
  type Ticket,
} from '#core/queue/ticket.ts';
import type { Instant, Millis } from '#core/time.ts';
import type { Claim, Clock, ObjectKey, WorkQueue, WorkSender } from '../ports.ts';
import type { StoredTicket, TicketStore } from './ticket-store.ts';

/** Among writers of one item somebody wins each round; as many losses in a row are an outage, not a race. */
const ATTEMPTS = 20;
/** Tickets sent side by side by one rescue. */
const RESCUES_AT_ONCE = 10;

export interface TicketQueueParts {
  readonly store: TicketStore;
  readonly sender: WorkSender;
  readonly clock: Clock;
  /** How long a claim lasts: longer than the function may run, shorter than the message stays invisible. */
  readonly hold: Millis;
}

/** Errors: what the store and the sender throw; TransientError after 20 lost races. */
export function createTicketQueue(parts: TicketQueueParts): WorkQueue {
  const { store, clock, hold } = parts;
  /** What each claim wrote: its release need not read it again, and notices by the tag if it changed. */
  const claimed = new WeakMap<Claim, StoredTicket>();

  return {
    async add(request, at) {
      await take(parts, request, (ticket, now) => afterAdd(ticket, at, now));
    },
    async claim({ request, seq }) {
      const { step, written } = await take(parts, request, (ticket, now) => afterClaim(ticket, seq, now, hold));
      if (step.state !== 'claimed') return { state: step.state };
      const { by, until } = step.ticket.hold;
      const { failures, putOffs = 0 } = step.ticket;
      const claim: Claim = { request, seq: by, heldUntil: until, failures, putOffs };
      if (written !== undefined) claimed.set(claim, written);
      return { state: 'claimed', claim };
    },
    async release(claim, next) {
      const decide: Decide<Step> = (ticket, now) => afterRelease(ticket, claim.seq, next, now);
      await take(parts, claim.request, decide, claimed.get(claim));
    },
    async putOff(claim, until) {
      const decide: Decide<Step> = (ticket, now) => afterPutOff(ticket, claim.seq, until, now);
      await take(parts, claim.request, decide, claimed.get(claim));
    },
    async fail(claim) {
      const decide: Decide<Step> = (ticket, now) => afterFail(ticket, claim.seq, now);
      await take(parts, claim.request, decide, claimed.get(claim));
    },
    async rescue() {
      const overdue = await store.overdue(clock.now() - RESCUE_AFTER);
      let sent = 0;
      for (let from = 0; from < overdue.length; from += RESCUES_AT_ONCE) {
        const some = overdue.slice(from, from + RESCUES_AT_ONCE);
        const rescued = await Promise.all(some.map((stored) => rescueOne(parts, stored)));
        sent += rescued.filter(Boolean).length;
      }
      return sent;
    },
    async redrive(request) {
      await take(parts, request, afterRedrive);
    },
    async parked() {
      const now = clock.now();
      const silent = await store.overdue(now + 1);
      return silent.filter(({ ticket }) => isParked(ticket, now)).map(({ request }) => request);
    },
  };
}

type Decide<S extends Step> = (ticket: Ticket | undefined, now: Instant) => S;

interface Taken<S extends Step> {
  readonly step: S;
  /** Absent when the step leaves the ticket as it is. */
  readonly written?: StoredTicket;
}

/** @param known the ticket as it probably still is */
async function take<S extends Step>(
  { store, sender, clock }: TicketQueueParts,
  request: ObjectKey,
  decide: Decide<S>,
  known?: StoredTicket,
): Promise<Taken<S>> {
  let before = known ?? (await store.read(request));
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const step = decide(before?.ticket, clock.now());
    const written = step.ticket && (await store.write(request, before?.tag, step.ticket));
    if (step.ticket === undefined || written !== undefined) {
      await send(sender, request, step);
      return written === undefined ? { step } : { step, written };
    }
    before = await store.read(request);
  }
  throw new TransientError(`ticket of ${objectId(request)}: ${ATTEMPTS} writers in a row were first; try again`);
}

/** @returns false when somebody else wrote meanwhile: then the ticket is cared for */
async function rescueOne({ store, sender, clock }: TicketQueueParts, { request, ticket, tag }: StoredTicket) {
  const step = afterRescue(ticket, clock.now());
  const written = step.ticket && (await store.write(request, tag, step.ticket));
  if (written === undefined) return false;
  await send(sender, request, step);
  return true;
}

/** Always after the write: a message for a ticket that is not written yet would be dropped as stale. */
async function send(sender: WorkSender, request: ObjectKey, step: Step): Promise<void> {
  if (step.send !== undefined) await sender.send({ request, seq: step.send.seq }, step.send.delay);
}
