import { describe, expect, it } from '@jest/globals';
import { TransientError } from '#core/errors.ts';
import { MINUTE, SECOND } from '#core/time.ts';
import { createMemoryCursorStore } from '#shared/history/memory-cursor-store.ts';
import type { CursorStore } from '#shared/ports.ts';
import { OrdersWorker } from '../../../../infra/run/orders-worker.ts';
import { aLog } from '../../../support/quiet-log.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

function working(cursors: CursorStore, apply: (id: string) => Promise<void>) {
  const clock = new VirtualClock();
  const applied: string[] = [];
  const worker = new OrdersWorker({
    cursors,
    timers: clock,
    log: aLog(),
    async apply({ body }) {
      const { orderId } = JSON.parse(body) as { orderId: string };
      await apply(orderId);
      applied.push(orderId);
    },
  });
  return { clock, applied, worker };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

describe('orders within one process', () => {
  it('given orders, then they are applied in the order in which they came, and none stays open', async () => {
    const cursors = createMemoryCursorStore();
    const { applied, worker } = working(cursors, async () => undefined);
    await worker.load();
    worker.start();
    for (const id of ['1', '2', '3']) await worker.send(id);
    await settled();
    await worker.stop();
    expect(applied).toEqual(['1', '2', '3']);
    expect(worker.depth).toBe(0);
  });

  it('given a flood in one lane, then an order of another waits for one of them, not for all', async () => {
    const { applied, worker } = working(createMemoryCursorStore(), async () => undefined);
    await worker.load();
    const flood = Array.from({ length: 100 }, (_, n) => `alert:${n}`);
    await Promise.all(flood.map((id) => worker.send(id, 'alerts:prod/shop')));
    await worker.send('abort', 'orders:ana');
    worker.start();
    await settled();
    await worker.stop();
    expect(applied.indexOf('abort')).toBe(1);
  });

  it('given an alert whose order takes long, then the next alert does not wait for it; orders of one person do', async () => {
    const slow = Promise.withResolvers<void>();
    const slowly = (id: string) => (id.startsWith('slow') ? slow.promise : Promise.resolve());
    const { applied, worker } = working(createMemoryCursorStore(), slowly);
    await worker.load();
    worker.start();
    for (const id of ['slow alert', 'alert']) await worker.send(id, 'alerts:prod/shop');
    for (const id of ['slow order', 'order']) await worker.send(id, 'orders:ana');
    await settled();
    expect(applied).toEqual(['alert']);
    slow.resolve();
    await settled();
    await worker.stop();
    expect(applied).toEqual(['alert', 'slow alert', 'slow order', 'order']);
  });

  it('given many alerts at once, then no more than eight are in hand', async () => {
    const never = Promise.withResolvers<void>();
    const inHand: string[] = [];
    const { worker } = working(createMemoryCursorStore(), (id) => {
      inHand.push(id);
      return never.promise;
    });
    await worker.load();
    worker.start();
    for (let n = 0; n < 20; n += 1) await worker.send(String(n), 'alerts:prod/shop');
    await settled();
    expect(inHand).toHaveLength(8);
    never.resolve();
    await worker.stop();
    expect(inHand).toHaveLength(8);
  });

  it('given an order that was accepted and not applied when the process died, then the next one applies it', async () => {
    const cursors = createMemoryCursorStore();
    const before = working(cursors, async () => undefined);
    await before.worker.load();
    await before.worker.send('left');
    const after = working(cursors, async () => undefined);
    await after.worker.load();
    after.worker.start();
    await settled();
    await after.worker.stop();
    expect(after.applied).toEqual(['left']);
  });

  it('given a cluster that does not answer, then the order is tried again until it does', async () => {
    let failures = 7;
    const { clock, applied, worker } = working(createMemoryCursorStore(), async () => {
      failures -= 1;
      if (failures >= 0) throw new TransientError('no answer');
    });
    await worker.load();
    worker.start();
    await worker.send('1');
    await settled();
    for (let second = 0; second < 300; second += 1) {
      await clock.advance(SECOND);
      await settled();
    }
    expect(applied).toEqual(['1']);
  });

  it('given an order that breaks Weir, then it is given up and the others go on', async () => {
    const { clock, applied, worker } = working(createMemoryCursorStore(), async (id) => {
      if (id === 'broken') throw new TypeError('a bug');
    });
    await worker.load();
    worker.start();
    await worker.send('broken');
    await worker.send('fine');
    for (let minute = 0; minute < 5; minute += 1) {
      await settled();
      await clock.advance(MINUTE);
    }
    expect(applied).toEqual(['fine']);
    expect(worker.depth).toBe(0);
  });

  it('given two processes over one store, then each applies its own, and none is lost from the list', async () => {
    const cursors = createMemoryCursorStore();
    const first = working(cursors, async () => undefined);
    const second = working(cursors, async () => undefined);
    for (const { worker } of [first, second]) await worker.load();
    await first.worker.send('1');
    await second.worker.send('2');
    const later = working(cursors, async () => undefined);
    await later.worker.load();
    expect(later.worker.depth).toBe(2);
    first.worker.start();
    second.worker.start();
    await settled();
    await settled();
    expect([first.applied, second.applied]).toEqual([['1'], ['2']]);
  });
});
