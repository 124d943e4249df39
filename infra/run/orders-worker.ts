/**
 * Orders in this process: several at a time, lanes by turns, tried again while they fail for reasons that pass. Which are open is
 * kept where the cursors are, so that an order that was accepted survives the process.
 */
import { messageOf, TransientError, ConflictError } from '#core/errors.ts';
import { MINUTE, SECOND, type Millis } from '#core/time.ts';
import { mayMeet } from '#shared/controllers/load.ts';
import type { CursorStore, Log, OrderSender } from '#shared/ports.ts';
import type { Timers } from '../local/clock.ts';
import { FairLine } from '../local/fair-line.ts';

export interface OrdersWorkerParts {
  readonly cursors: CursorStore;
  readonly timers: Timers;
  readonly log: Log;
  /** functions/orders: applies one. */
  apply(record: { readonly body: string }): Promise<void>;
}

interface Turn {
  readonly id: string;
  readonly lane: string | undefined;
  readonly attempt: number;
}

const OPEN = 'weir-run/open-orders';
const FIRST_RETRY: Millis = SECOND;
const LONGEST_RETRY: Millis = MINUTE;
/** What fails for another reason than that somebody does not answer is a bug: it is not tried for ever. */
const MOST_TRIES = 5;
const MOST_RACES = 10;
/** An order waits for the API server most of its time: the next one need not. */
const AT_ONCE = 8;

export class OrdersWorker implements OrderSender {
  readonly #parts: OrdersWorkerParts;
  readonly #open = new Set<string>();
  /** Of orders that came before the start. */
  readonly #lanes = new Map<string, string | undefined>();
  /** Carried out, and perhaps still on the stored list. */
  readonly #done = new Set<string>();
  #saving: Promise<void> = Promise.resolve();
  #saved: string | undefined;
  readonly #line = new FairLine<Turn>();
  readonly #working = new Set<Promise<void>>();
  /** Lanes whose orders are applied one after the other, and one is. */
  readonly #busy = new Set<string>();
  #started = false;
  #stopped = false;

  constructor(parts: OrdersWorkerParts) {
    this.#parts = parts;
  }

  /** Durable when it returns. */
  async send(orderId: string, lane?: string): Promise<void> {
    const isNew = !this.#open.has(orderId);
    this.#open.add(orderId);
    if (!this.#started) this.#lanes.set(orderId, lane);
    this.#done.delete(orderId);
    if (isNew) await this.#save();
    if (isNew && this.#started) this.#enqueue({ id: orderId, lane, attempt: 1 });
  }

  /** Before any order is sent: those that an earlier process left open come back. */
  async load(): Promise<void> {
    this.#saved = await this.#parts.cursors.get(OPEN);
    for (const id of JSON.parse(this.#saved ?? '[]') as string[]) this.#open.add(id);
  }

  start(): void {
    this.#started = true;
    for (const id of this.#open) {
      const lane = this.#lanes.get(id);
      this.#line.push({ id, lane, attempt: 1 }, lane);
    }
    this.#lanes.clear();
    this.#applyNext();
  }

  /** The orders in hand are finished. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#working);
    await this.#saving;
  }

  get depth(): number {
    return this.#open.size;
  }

  #enqueue(turn: Turn): void {
    this.#line.push(turn, turn.lane);
    this.#applyNext();
  }

  #applyNext(): void {
    while (!this.#stopped && this.#working.size < AT_ONCE) {
      const next = this.#line.take((lane) => !this.#busy.has(lane));
      if (next === undefined) return;
      const work = this.#takenInHand(next).finally(() => {
        this.#working.delete(work);
        this.#applyNext();
      });
      this.#working.add(work);
    }
  }

  async #takenInHand(turn: Turn): Promise<void> {
    const lane = turn.lane ?? '';
    if (!mayMeet(lane)) this.#busy.add(lane);
    try {
      await this.#apply(turn);
    } finally {
      this.#busy.delete(lane);
    }
  }

  async #apply({ id, lane, attempt }: Turn): Promise<void> {
    const { log, timers } = this.#parts;
    try {
      await this.#parts.apply({ body: JSON.stringify({ orderId: id }) });
      await this.#finish(id);
    } catch (error) {
      const passes = error instanceof TransientError || error instanceof ConflictError;
      log[passes ? 'warn' : 'error']('Order not applied', { order: id, attempt, error: messageOf(error) });
      if (!passes && attempt >= MOST_TRIES) return this.#finish(id);
      const wait = Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** (attempt - 1));
      timers.after(wait, () => this.#enqueue({ id, lane, attempt: attempt + 1 }));
    }
  }

  async #finish(id: string): Promise<void> {
    this.#open.delete(id);
    this.#done.add(id);
    await this.#save();
  }

  /** One write for all that came meanwhile. */
  #save(): Promise<void> {
    this.#saving = this.#saving.then(
      () => this.#write(),
      () => this.#write(),
    );
    return this.#saving;
  }

  /** Others may keep theirs in the same place: what they added stays. @throws TransientError after lost races */
  async #write(): Promise<void> {
    for (let attempt = 0; attempt < MOST_RACES; attempt += 1) {
      const listed = JSON.parse(this.#saved ?? '[]') as string[];
      const done = [...this.#done];
      const wanted = [...new Set([...listed, ...this.#open])].filter((id) => !this.#done.has(id));
      const text = JSON.stringify(wanted);
      if (text === (this.#saved ?? '[]') || (await this.#parts.cursors.set(OPEN, text, this.#saved))) {
        this.#saved = text;
        for (const id of done) this.#done.delete(id);
        return;
      }
      this.#saved = await this.#parts.cursors.get(OPEN);
    }
    throw new TransientError(`the list of open orders: ${MOST_RACES} writers in a row were first; try again`);
  }
}
