/**
 * The ticket of one object: a work queue's memory of it, as pure transitions over one item. Messages only wake; the
 * ticket is the truth. Whoever stores tickets writes a transition only if the item is unchanged, and sends after the write.
 *
 *   idle ──add──▶ due, message sent ──claim──▶ held ──release──▶ idle, or due again
 *                                               │ add: due under a hold is the dirty flag, no message
 *                                               └ fail, or the worker dies ──▶ taken over by the same message, or rescued
 *
 * A crash between the write and the send, or a lost message, leaves a ticket that is overdue: rescue sends it again.
 */
import { earliest, MINUTE, SECOND, type Instant, type Millis } from '../time.ts';

export interface Ticket {
  /** Only grows. The number of the newest message; each holder's number is above that of the holder before. */
  readonly seq: number;
  /** When a pass was asked for. */
  readonly due?: Instant;
  readonly hold?: Hold;
  /** Failures since the last success; a worker that died is one. */
  readonly failures: number;
  /** Passes in a row that were put off, since something outside did not answer. Absent: none. */
  readonly putOffs?: number;
  /** When something must have happened: the end of the hold, else when it is due. Absent when idle. */
  readonly wake?: Instant;
}

export interface Hold {
  /** The number under which the work is done: the fence of its history writes. */
  readonly by: number;
  /** The message that brought the hold about: its redelivery may take over, again and again. */
  readonly message: number;
  readonly until: Instant;
  /** The holder gave up: the hold is over, and counted as a failure. */
  readonly failed: boolean;
}

/** What a transition asks for: the ticket to write, then the message to send. Nothing of both: leave all as it is. */
export interface Step {
  readonly ticket?: Ticket;
  readonly send?: Sending;
}

export interface Sending {
  readonly seq: number;
  readonly delay: Millis;
}

export type ClaimStep = Step &
  (
    | { readonly state: 'claimed'; readonly ticket: HeldTicket }
    | { readonly state: 'early'; readonly send: Sending }
    | { readonly state: 'held' | 'stale' }
  );

type HeldTicket = Ticket & { readonly hold: Hold };

/** SQS delays no message longer; a longer wait hops from message to message. */
export const LONGEST_DELAY: Millis = 15 * MINUTE;
/** A message may come this much before its time: queues count in whole seconds. */
export const EARLY: Millis = SECOND;
/** How long a message may be under way before it counts as lost. */
export const RESCUE_AFTER: Millis = 30 * SECOND;
/** After as many failures a ticket is parked: only a changed object or a person frees it. */
export const PARKED_AFTER = 5;
/** Beyond this wait a message is late rather than lost, and rescue slows down. */
const BACKLOG: Millis = 2 * MINUTE;

const NEW: Ticket = { seq: 0, failures: 0 };
const NOTHING: Step = {};

/** A pass is wanted at an instant. The earliest of several requests wins. */
export function afterAdd(ticket: Ticket = NEW, at: Instant, now: Instant): Step {
  if (isParked(ticket, now)) return dueAgain({ ...ticket, failures: 0 }, earlier(ticket.due, at), now);
  if (ticket.due !== undefined && ticket.due <= at) return NOTHING;
  if (ticket.hold !== undefined) return { ticket: { ...ticket, due: at } };
  return dueAgain(ticket, at, now);
}

/** A message has arrived. */
export function afterClaim(ticket: Ticket | undefined, message: number, now: Instant, hold: Millis): ClaimStep {
  if (ticket?.hold !== undefined) return whileHeld(ticket, ticket.hold, message, now + hold, now);
  if (ticket?.seq !== message || ticket.due === undefined) return { state: 'stale' };
  if (ticket.due > now + EARLY) return { state: 'early', send: { seq: message, delay: delayUntil(ticket.due, now) } };
  const { seq, failures, putOffs } = ticket;
  return { state: 'claimed', ticket: held(counts(seq, failures, putOffs), message, now + hold) };
}

/** The same message again: SQS delivers at least once, and again when its worker fell silent. */
function whileHeld(ticket: Ticket, hold: Hold, message: number, until: Instant, now: Instant): ClaimStep {
  if (hold.message !== message) return { state: 'stale' };
  if (!isOver(hold, now)) return { state: 'held' };
  // What was asked for under the dead worker stays asked for.
  const next = { ...ticket, seq: ticket.seq + 1, failures: ticket.failures + died(hold) };
  return { state: 'claimed', ticket: held(next, message, until) };
}

/** The holder is done. A due under its hold means that the object changed meanwhile: it must be looked at again. */
export function afterRelease(
  ticket: Ticket | undefined,
  holder: number,
  next: Instant | undefined,
  now: Instant,
): Step {
  if (ticket?.hold?.by !== holder) return NOTHING;
  const rested: Ticket = { seq: ticket.seq, failures: 0 };
  const due = earliest(ticket.due, next);
  return due === undefined ? { ticket: rested } : dueAgain(rested, due, now);
}

/** Something outside did not answer: as after a release, but counted, so that who asks again and again waits longer. */
export function afterPutOff(ticket: Ticket | undefined, holder: number, until: Instant, now: Instant): Step {
  if (ticket?.hold?.by !== holder) return NOTHING;
  const rested: Ticket = { seq: ticket.seq, failures: 0, putOffs: (ticket.putOffs ?? 0) + 1 };
  return dueAgain(rested, earlier(ticket.due, until), now);
}

/** The holder met an unknown error: its message will be redelivered, and takes over at once. */
export function afterFail(ticket: Ticket | undefined, holder: number, now: Instant): Step {
  if (ticket?.hold?.by !== holder || ticket.hold.failed) return NOTHING;
  const hold: Hold = { ...ticket.hold, until: now, failed: true };
  return { ticket: { ...ticket, hold, failures: ticket.failures + 1, wake: now } };
}

/** Nothing happened though it should have: the message was lost, or the holder died. Parked tickets stay. */
export function afterRescue(ticket: Ticket, now: Instant): Step {
  if (ticket.wake === undefined || ticket.wake >= now - RESCUE_AFTER) return NOTHING;
  if (ticket.failures >= PARKED_AFTER) return NOTHING;
  const { hold } = ticket;
  // A holder that died has left work at hand now, whatever was asked for later.
  const due = hold === undefined ? earlier(ticket.due, now) : now;
  const { ticket: next, send } = dueAgain({ ...ticket, failures: ticket.failures + died(hold) }, due, now);
  return { ticket: { ...next, wake: now + patience(now - due) }, send };
}

/** A person wants a pass now, whatever failed before. */
export function afterRedrive(ticket: Ticket = NEW, now: Instant): Step {
  const due = earlier(ticket.due, now);
  const isAtWork = ticket.hold !== undefined && !isOver(ticket.hold, now);
  const { putOffs: _over, ...rest } = { ...ticket, failures: 0 };
  return isAtWork ? { ticket: { ...rest, due } } : dueAgain(rest, due, now);
}

/** It has failed too often, and nobody works on it. */
export function isParked(ticket: Ticket, now: Instant): boolean {
  return ticket.failures >= PARKED_AFTER && (ticket.hold === undefined || isOver(ticket.hold, now));
}

/** A new number for a new message: whoever held or was sent before is out. */
function dueAgain({ seq, failures, putOffs }: Ticket, due: Instant, now: Instant): { ticket: Ticket; send: Sending } {
  const next = { ...counts(seq + 1, failures, putOffs), due, wake: Math.max(due, now) };
  return { ticket: next, send: { seq: next.seq, delay: delayUntil(due, now) } };
}

function counts(seq: number, failures: number, putOffs: number | undefined): Ticket {
  return putOffs === undefined ? { seq, failures } : { seq, failures, putOffs };
}

function held(ticket: Ticket, message: number, until: Instant): HeldTicket {
  return { ...ticket, hold: { by: ticket.seq, message, until, failed: false }, wake: until };
}

function isOver(hold: Hold, now: Instant): boolean {
  return hold.failed || hold.until < now;
}

/** A holder that said that it failed has been counted then. */
function died(hold: Hold | undefined): number {
  return hold === undefined || hold.failed ? 0 : 1;
}

function delayUntil(due: Instant, now: Instant): Millis {
  return Math.min(Math.max(0, due - now), LONGEST_DELAY);
}

function earlier(due: Instant | undefined, at: Instant): Instant {
  return Math.min(due ?? at, at);
}

/**
 * A ticket that has waited long is given more time before its next rescue. Each rescue outdates the message before it:
 * in a backlog longer than a fixed patience no message would ever come in time.
 */
function patience(waited: Millis): Millis {
  return Math.max(0, waited - BACKLOG) / 2;
}
