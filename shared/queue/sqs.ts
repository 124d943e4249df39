/** Queues in SQS: what travels through them is read by functions/reconcile and functions/orders. */
import { createHash } from 'node:crypto';
import type {
  DeleteMessageBatchCommandInput,
  Message,
  ReceiveMessageCommandInput,
  ReceiveMessageCommandOutput,
  SendMessageBatchCommandInput,
  SendMessageBatchCommandOutput,
  SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import { messageOf, TransientError } from '#core/errors.ts';
import { SECOND } from '#core/time.ts';
import { connectJsonService } from '../aws-client/json-service.ts';
import type { DeadLetters, OrderSender, WorkSender } from '../ports.ts';

/** The operations that Weir uses; the SDK's `SQS` has them, too. */
export interface QueueClient {
  sendMessage(input: SendMessageCommandInput): Promise<unknown>;
  sendMessageBatch(input: SendMessageBatchCommandInput): Promise<Partial<SendMessageBatchCommandOutput>>;
  receiveMessage(input: ReceiveMessageCommandInput): Promise<Partial<ReceiveMessageCommandOutput>>;
  deleteMessageBatch(input: DeleteMessageBatchCommandInput): Promise<unknown>;
}

export function connectSqs(environment?: NodeJS.ProcessEnv): QueueClient {
  const call = connectJsonService({ name: 'sqs', target: 'AmazonSQS', version: '1.0' }, environment);
  return {
    sendMessage: (input) => call('SendMessage', input),
    sendMessageBatch: (input) => call('SendMessageBatch', input),
    receiveMessage: (input) => call('ReceiveMessage', input),
    deleteMessageBatch: (input) => call('DeleteMessageBatch', input),
  };
}

/** SQS counts delays in whole seconds: a message may come up to one second late, and never early. */
export function createSqsWorkSender(client: QueueClient, QueueUrl: string): WorkSender {
  return {
    async send(message, delay) {
      const DelaySeconds = Math.ceil(Math.max(0, delay) / SECOND);
      const MessageBody = JSON.stringify(message);
      await answered(() => client.sendMessage({ QueueUrl, MessageBody, DelaySeconds }));
    },
  };
}

export function createSqsOrderSender(client: QueueClient, QueueUrl: string): OrderSender {
  return {
    // A group in a queue that is not FIFO orders nothing: it makes groups take turns (SQS fair queues).
    async send(orderId, lane) {
      const group = lane === undefined ? {} : { MessageGroupId: groupOf(lane) };
      const MessageBody = JSON.stringify({ orderId });
      await answered(() => client.sendMessage({ QueueUrl, MessageBody, ...group }));
    },
  };
}

/** Lanes are named by others, groups have 128 letters of ASCII. */
function groupOf(lane: string): string {
  return createHash('sha256').update(lane).digest('base64url');
}

/** A queue, and where its messages go after their last delivery. */
export interface QueuePair {
  readonly queueUrl: string;
  readonly deadLettersUrl: string;
}

/** As many as one request of a person may move; the rest waits for the next. */
const MOST_AT_ONCE = 1_000;

export function createSqsDeadLetters(client: QueueClient, pairs: readonly QueuePair[]): DeadLetters {
  return {
    async redrive() {
      const moved = await Promise.all(pairs.map((pair) => moveAll(client, pair)));
      return moved.reduce((sum, count) => sum + count, 0);
    },
  };
}

async function moveAll(client: QueueClient, { queueUrl, deadLettersUrl }: QueuePair): Promise<number> {
  let moved = 0;
  while (moved < MOST_AT_ONCE) {
    const receive = { QueueUrl: deadLettersUrl, MaxNumberOfMessages: 10 };
    const { Messages = [] } = await answered(() => client.receiveMessage(receive));
    if (Messages.length === 0) return moved;
    await move(client, Messages, { queueUrl, deadLettersUrl });
    moved += Messages.length;
  }
  return moved;
}

/** Sent before it is deleted: a crash in between delivers a message twice, which is harmless, and loses none. */
async function move(client: QueueClient, messages: readonly Message[], { queueUrl, deadLettersUrl }: QueuePair) {
  const entries = messages.map(({ Body, ReceiptHandle }, index) => ({ Id: String(index), Body, ReceiptHandle }));
  const send = { QueueUrl: queueUrl, Entries: entries.map(({ Id, Body }) => ({ Id, MessageBody: Body })) };
  const { Failed = [] } = await answered(() => client.sendMessageBatch(send));
  const sent = entries.filter(({ Id }) => !Failed.some((failed) => failed.Id === Id));
  if (sent.length > 0) {
    const Entries = sent.map(({ Id, ReceiptHandle }) => ({ Id, ReceiptHandle }));
    await answered(() => client.deleteMessageBatch({ QueueUrl: deadLettersUrl, Entries }));
  }
  if (Failed.length > 0)
    throw new TransientError(`SQS took ${sent.length} of ${entries.length} dead letters; try again`);
}

/** @throws TransientError: the queue is there by deployment, and what it does not take now it takes later */
async function answered<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw new TransientError(`SQS did not do its work: ${messageOf(error)}`, { cause: error });
  }
}
