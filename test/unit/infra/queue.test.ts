import { describe, expect, it } from '@jest/globals';
import type { SQSEvent } from 'aws-lambda';
import { LocalQueue } from '../../../infra/local/queue.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

function aQueue(fails: (body: string, receives: number) => boolean) {
  const clock = new VirtualClock(0);
  const seen: { body: string; at: number }[] = [];
  const consume = async ({ Records }: SQSEvent) => {
    const failed = Records.filter(({ body, attributes }) => fails(body, Number(attributes.ApproximateReceiveCount)));
    seen.push(...Records.map(({ body }) => ({ body, at: clock.now() })));
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };
  const queue = new LocalQueue({ name: 'work', timers: clock, consume, visibility: 60_000, concurrency: 2 });
  return { clock, queue, seen };
}

describe('given the local queue', () => {
  it('when a message is sent with a delay, then it is delivered after it, once', async () => {
    const { clock, queue, seen } = aQueue(() => false);
    queue.send('a', 5_000);
    await clock.advance(4_999);
    expect(seen).toEqual([]);
    await clock.advance(600_000);
    expect(seen).toEqual([{ body: 'a', at: 5_000 }]);
  });

  it('when one message of a batch fails, then only that one comes again, after the visibility timeout', async () => {
    const { clock, queue, seen } = aQueue((body, receives) => body === 'bad' && receives === 1);
    queue.send('good');
    queue.send('bad');
    await clock.advance(200_000);
    expect(seen).toEqual([
      { body: 'good', at: 0 },
      { body: 'bad', at: 0 },
      { body: 'bad', at: 60_000 },
    ]);
  });

  it('when a message fails five times, then it is a dead letter', async () => {
    const { clock, queue, seen } = aQueue(() => true);
    queue.send('poison');
    await clock.advance(3_600_000);
    expect(seen).toHaveLength(5);
    expect(queue.deadLetters).toEqual(['poison']);
  });

  it('when the consumer throws, then the whole batch comes again', async () => {
    const clock = new VirtualClock(0);
    let calls = 0;
    const consume = async () => {
      calls += 1;
      if (calls === 1) throw new Error('cold start failed');
      return { batchItemFailures: [] };
    };
    const queue = new LocalQueue({ name: 'work', timers: clock, consume, visibility: 1_000, concurrency: 1 });
    queue.send('a');
    await clock.advance(10_000);
    expect(calls).toBe(2);
  });
});
