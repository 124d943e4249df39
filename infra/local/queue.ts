/**
 * Stands in for an SQS queue with a Lambda consumer: batches of up to ten, delays, partial batch failures, redelivery
 * after the visibility timeout, dead letters after five receives; groups take turns (fair queues). What it cannot do: survive the process (tickets are
 * sent again by the tick; an order that was stored and not yet applied stays accepted), FIFO, long polling, payload limits.
 */
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Millis } from '#core/time.ts';
import type { Timers } from './clock.ts';
import { FairLine } from './fair-line.ts';

const BATCH_SIZE = 10;
const MAX_RECEIVES = 5;

interface Message {
  readonly id: string;
  readonly body: string;
  readonly group: string;
  receives: number;
}

export interface LocalQueueOptions {
  readonly name: string;
  readonly timers: Timers;
  readonly consume: (event: SQSEvent) => Promise<SQSBatchResponse>;
  readonly visibility: Millis;
  /** Batches handled side by side, as Lambda's maximum concurrency. */
  readonly concurrency: number;
}

export class LocalQueue {
  readonly deadLetters: string[] = [];
  readonly #options: LocalQueueOptions;
  readonly #ready = new FairLine<Message>();
  #running = 0;
  #sent = 0;
  #stopped = false;
  readonly #inHand = new Set<Promise<void>>();

  constructor(options: LocalQueueOptions) {
    this.#options = options;
  }

  send(body: string, delay: Millis = 0, group = ''): void {
    this.#sent += 1;
    this.#deliver({ id: `${this.#options.name}-${this.#sent}`, body, group, receives: 0 }, delay);
  }

  /** Deliver the dead letters again. @returns how many */
  redrive(): number {
    const bodies = this.deadLetters.splice(0);
    for (const body of bodies) this.send(body);
    return bodies.length;
  }

  /** The batches in hand are finished; messages that have not been handled yet stay unhandled. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#ready.clear();
    await Promise.all(this.#inHand);
  }

  #deliver(message: Message, delay: Millis): void {
    this.#options.timers.after(delay, async () => {
      if (this.#stopped) return;
      this.#ready.push(message, message.group);
      await this.#pump();
    });
  }

  async #pump(): Promise<void> {
    if (this.#running >= this.#options.concurrency) return;
    this.#running += 1;
    while (this.#ready.length > 0 && !this.#stopped) await this.#tracked(this.#handle(this.#nextBatch()));
    this.#running -= 1;
  }

  #nextBatch(): readonly Message[] {
    const batch = Array.from({ length: BATCH_SIZE }, () => this.#ready.take());
    return batch.filter((message) => message !== undefined);
  }

  async #tracked(work: Promise<void>): Promise<void> {
    this.#inHand.add(work);
    await work;
    this.#inHand.delete(work);
  }

  async #handle(batch: readonly Message[]): Promise<void> {
    for (const message of batch) message.receives += 1;
    const failed = await this.#failures(batch);
    for (const message of batch.filter(({ id }) => failed.has(id))) this.#redeliver(message);
  }

  /** A consumer that throws has failed the whole batch. */
  async #failures(batch: readonly Message[]): Promise<ReadonlySet<string>> {
    try {
      const { batchItemFailures } = await this.#options.consume({ Records: batch.map(toRecord) });
      return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    } catch {
      return new Set(batch.map(({ id }) => id));
    }
  }

  #redeliver(message: Message): void {
    if (message.receives >= MAX_RECEIVES) this.deadLetters.push(message.body);
    else this.#deliver(message, this.#options.visibility);
  }
}

/** As a consumer of SQS is given a message. */
export function toRecord({ id, body, receives }: Pick<Message, 'id' | 'body' | 'receives'>): SQSRecord {
  return {
    messageId: id,
    receiptHandle: id,
    body,
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: '0',
      SenderId: 'local',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:local:000000000000:local',
    awsRegion: 'local',
  };
}
