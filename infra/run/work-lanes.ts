/**
 * Carries work messages within this process: each at its exact time, per kind as many side by side as that kind bears. It
 * stands in for SQS; what is lost with the process is found again by the list with which the next one begins.
 */
import { TransientError } from '#core/errors.ts';
import { objectId } from '#core/history/object-id.ts';
import { SECOND, type Instant, type Millis } from '#core/time.ts';
import type { Log, ObjectKey, WorkMessage, WorkSender } from '#shared/ports.ts';
import type { Cancel, Timers } from '../local/clock.ts';

export interface WorkLanesOptions {
  readonly timers: Timers;
  readonly log: Log;
  /** One pass; what it answers decides whether the message comes again. */
  handle(message: WorkMessage): Promise<'done' | 'redeliver'>;
  /** Told of each pass that begins, how long after its time that is. */
  late(kind: ObjectKey['kind'], length: Millis): void;
}

/**
 * A pass over an AnalysisRun waits for metrics most of its time; one over a Rollout works. Slow metrics hold up no Rollout. A hundred
 * releases at once all begin before the first goes on.
 */
const SIDE_BY_SIDE: Readonly<Record<ObjectKey['kind'], number>> = {
  Rollout: 128,
  Experiment: 8,
  AnalysisRun: 256,
  Service: 4,
  Ingress: 4,
  DestinationRule: 4,
};
const MOST_RECEIVES = 5;
const FIRST_REDELIVERY: Millis = SECOND;
const UNANSWERED: Millis = 3 * SECOND;

interface Lane {
  readonly limit: number;
  readonly ready: Delivery[];
  running: number;
}

interface Delivery {
  readonly message: WorkMessage;
  readonly receives: number;
  readonly due: Instant;
}

export class WorkLanes implements WorkSender {
  readonly #options: WorkLanesOptions;
  readonly #lanes: ReadonlyMap<ObjectKey['kind'], Lane>;
  /** The newest message of each object that is on its way: it outdates all before it. */
  readonly #waiting = new Map<string, Cancel>();
  readonly #inHand = new Set<Promise<void>>();
  #givenUp: WorkMessage[] = [];
  #stopped = false;

  constructor(options: WorkLanesOptions) {
    this.#options = options;
    const kinds = Object.entries(SIDE_BY_SIDE) as [ObjectKey['kind'], number][];
    this.#lanes = new Map(kinds.map(([kind, limit]) => [kind, { limit, ready: [], running: 0 }]));
  }

  async send(message: WorkMessage, delay: Millis): Promise<void> {
    this.#deliver({ message, receives: 1, due: this.#options.timers.now() + delay }, delay);
  }

  /** The passes in hand are finished; what has not begun does not. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
    await Promise.all(this.#inHand);
  }

  get isStopped(): boolean {
    return this.#stopped;
  }

  /** Deliver again what was given up. @returns how many */
  async redrive(): Promise<number> {
    const messages = this.#givenUp.splice(0);
    for (const message of messages) await this.send(message, 0);
    return messages.length;
  }

  /** Messages that are due, and passes that run, by kind. */
  depths(): readonly { readonly kind: string; readonly ready: number; readonly running: number }[] {
    return [...this.#lanes].map(([kind, { ready, running }]) => ({ kind, ready: ready.length, running }));
  }

  #deliver(delivery: Delivery, delay: Millis): void {
    if (this.#stopped) return;
    const id = objectId(delivery.message.request);
    this.#waiting.get(id)?.();
    this.#waiting.delete(id);
    if (delay <= 0) return this.#enqueue(delivery);
    // Timers count in whole milliseconds, and a look before its time would be in vain.
    const cancel = this.#options.timers.after(Math.ceil(delay), () => {
      this.#waiting.delete(id);
      this.#enqueue(delivery);
    });
    this.#waiting.set(id, cancel);
  }

  #enqueue(delivery: Delivery): void {
    const lane = this.#lanes.get(delivery.message.request.kind);
    if (lane === undefined) return;
    lane.ready.push(delivery);
    this.#pump(lane);
  }

  #pump(lane: Lane): void {
    while (!this.#stopped && lane.running < lane.limit) {
      const delivery = lane.ready.shift();
      if (delivery === undefined) return;
      lane.running += 1;
      const work = this.#handle(delivery).finally(() => {
        this.#inHand.delete(work);
        lane.running -= 1;
        this.#pump(lane);
      });
      this.#inHand.add(work);
    }
  }

  async #handle({ message, receives, due }: Delivery): Promise<void> {
    this.#options.late(message.request.kind, this.#options.timers.now() - due);
    const outcome = await this.#outcome(message);
    if (outcome === 'done') return;
    const { log } = this.#options;
    // A store that does not answer is no fault of the message.
    if (outcome === 'unanswered') return this.#putOff(message, receives);
    if (receives < MOST_RECEIVES) return this.#redeliver(message, receives);
    log.error('Message given up', { ...message.request, receives });
    this.#givenUp.push(message);
  }

  #redeliver(message: WorkMessage, receives: number): void {
    const delay = FIRST_REDELIVERY * 2 ** (receives - 1);
    this.#deliver({ message, receives: receives + 1, due: this.#options.timers.now() + delay }, delay);
  }

  #putOff(message: WorkMessage, receives: number): void {
    this.#deliver({ message, receives, due: this.#options.timers.now() + UNANSWERED }, UNANSWERED);
  }

  /** The queue itself may fail: then its rescue, or the message again, takes the object up. */
  async #outcome(message: WorkMessage): Promise<'done' | 'redeliver' | 'unanswered'> {
    try {
      return await this.#options.handle(message);
    } catch (error) {
      this.#options.log.warn('Message not handled', { ...message.request, error });
      return error instanceof TransientError ? 'unanswered' : 'redeliver';
    }
  }
}
