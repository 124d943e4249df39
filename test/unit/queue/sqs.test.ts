import { describe, expect, it } from '@jest/globals';
import { TransientError } from '#core/errors.ts';
import {
  createSqsDeadLetters,
  createSqsOrderSender,
  createSqsWorkSender,
  type QueueClient,
} from '#shared/queue/sqs.ts';

type Input = Readonly<Record<string, unknown>>;
type Operation = keyof QueueClient;
const KEY = { cluster: 'prod', kind: 'Rollout', namespace: 'shop', name: 'web' } as const;

function aClient(answer: (name: Operation, input: Input) => object = () => ({})) {
  const sent: { name: Operation; input: Input }[] = [];
  const operation = (name: Operation) => async (input: object) => {
    sent.push({ name, input: { ...input } });
    return answer(name, { ...input });
  };
  const client: QueueClient = {
    sendMessage: operation('sendMessage'),
    sendMessageBatch: operation('sendMessageBatch'),
    receiveMessage: operation('receiveMessage'),
    deleteMessageBatch: operation('deleteMessageBatch'),
  };
  return { client, sent };
}

describe('given a queue in SQS', () => {
  it.each([
    { delay: -5, seconds: 0 },
    { delay: 0, seconds: 0 },
    { delay: 1, seconds: 1 },
    { delay: 1_000, seconds: 1 },
    { delay: 1_001, seconds: 2 },
    { delay: 900_000, seconds: 900 },
  ])('when work waits $delay ms, then the message waits $seconds s: never less', async ({ delay, seconds }) => {
    const { client, sent } = aClient();
    await createSqsWorkSender(client, 'url').send({ request: KEY, seq: 7 }, delay);
    expect(sent[0]?.input).toEqual({
      QueueUrl: 'url',
      MessageBody: JSON.stringify({ request: KEY, seq: 7 }),
      DelaySeconds: seconds,
    });
  });

  it('when an order is sent, then its id travels', async () => {
    const { client, sent } = aClient();
    await createSqsOrderSender(client, 'url').send('o1');
    expect(sent[0]?.input).toEqual({ QueueUrl: 'url', MessageBody: '{"orderId":"o1"}' });
  });

  it('when it is sent in a lane, then its group takes turns with others, whatever letters the lane has', async () => {
    const { client, sent } = aClient();
    for (const lane of ['alerts:prod/ü', 'alerts:prod/ü', `orders:${'x'.repeat(500)}`])
      await createSqsOrderSender(client, 'url').send('o1', lane);
    const groups = sent.map(({ input }) => String(input['MessageGroupId']));
    for (const group of groups) expect(group).toMatch(/^[\w-]{43}$/);
    expect(new Set(groups).size).toBe(2);
  });

  it('when SQS does not take it, then that passes', async () => {
    const { client } = aClient(() => {
      throw new Error('throttled');
    });
    await expect(createSqsOrderSender(client, 'url').send('o1')).rejects.toThrow(TransientError);
  });
});

describe('given dead letters in SQS', () => {
  const PAIR = { queueUrl: 'queue', deadLettersUrl: 'dead' };

  /** Two letters, delivered until they are deleted. */
  function letters(failed: readonly string[] = []) {
    const left = new Map([
      ['h1', 'one'],
      ['h2', 'two'],
    ]);
    const answer = (name: Operation, input: Input): object => {
      if (name === 'receiveMessage')
        return { Messages: [...left].map(([ReceiptHandle, Body]) => ({ ReceiptHandle, Body })) };
      if (name === 'sendMessageBatch') return { Failed: failed.map((Id) => ({ Id })) };
      for (const { ReceiptHandle } of input['Entries'] as { ReceiptHandle: string }[]) left.delete(ReceiptHandle);
      return {};
    };
    return { ...aClient(answer), left };
  }

  it('when they are redriven, then each is sent before it is deleted', async () => {
    const { client, sent, left } = letters();
    expect(await createSqsDeadLetters(client, [PAIR]).redrive()).toBe(2);
    expect(left.size).toBe(0);
    expect(sent.map(({ name }) => name)).toEqual([
      'receiveMessage',
      'sendMessageBatch',
      'deleteMessageBatch',
      'receiveMessage',
    ]);
    expect(sent[1]?.input).toMatchObject({
      QueueUrl: 'queue',
      Entries: [{ MessageBody: 'one' }, { MessageBody: 'two' }],
    });
  });

  it('when one cannot be sent, then it stays a dead letter, and that is told', async () => {
    const { client, left } = letters(['1']);
    await expect(createSqsDeadLetters(client, [PAIR]).redrive()).rejects.toThrow('SQS took 1 of 2 dead letters');
    expect([...left.keys()]).toEqual(['h2']);
  });
});
