import { describe, expect, it } from '@jest/globals';
import { Inbox } from '../../../../infra/local/kubernetes/inbox.ts';
import { Worker } from '../../../../infra/local/kubernetes/worker.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

describe('a worker', () => {
  it('given a key that is asked for twice, then it is looked at once, and again when it is asked for after that', async () => {
    const clock = new VirtualClock();
    const looks: string[] = [];
    const worker = new Worker(clock, (key) => void looks.push(key));
    for (const key of ['a', 'b', 'a']) worker.soon(key);
    expect(looks).toEqual([]);
    await clock.advance(0);
    worker.soon('a');
    await clock.advance(0);
    expect(looks).toEqual(['a', 'b', 'a']);
  });

  it('given that it stops, then nothing is looked at any more', async () => {
    const clock = new VirtualClock();
    const looks: string[] = [];
    const worker = new Worker(clock, (key) => void looks.push(key));
    worker.soon('a');
    worker.later('b', 1_000);
    worker.stop();
    await clock.advance(2_000);
    expect([looks, clock.pending]).toEqual([[], 0]);
  });
});

describe('an inbox', () => {
  it('given things before, while and after it is read, then all up to the end are read in order', async () => {
    const inbox = new Inbox<number>();
    inbox.put(1);
    const read: number[] = [];
    const reading = (async () => {
      for await (const item of inbox.items()) read.push(item);
    })();
    await Promise.resolve();
    inbox.put(2);
    inbox.put(3);
    inbox.end();
    inbox.put(4);
    await reading;
    expect(read).toEqual([1, 2, 3]);
  });
});
