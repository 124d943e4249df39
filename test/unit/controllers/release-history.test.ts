import { describe, expect, it } from '@jest/globals';
import { createMemoryCursorStore } from '#shared/history/memory-cursor-store.ts';
import { createMemoryOrderStore } from '#shared/history/memory-order-store.ts';
import { createMemoryRunHistory } from '#shared/history/memory-run-history.ts';
import { readReleaseOf } from '#shared/controllers/release-history.ts';
import type { ReleaseEvent, StoredOrder } from '#shared/ports.ts';
import { RELEASE } from '../../support/a-release.ts';

const ROLLOUT = { cluster: 'eu', namespace: 'shop', name: 'cart' };
const KEY = { ...ROLLOUT, kind: 'Rollout' } as const;
const ORDER: StoredOrder = {
  id: 'o1',
  rollout: ROLLOUT,
  person: 'slack:T1/UANA',
  receivedAt: 10,
  state: 'accepted',
  order: { command: { verb: 'abort' } },
};

function eventOf(details: ReleaseEvent['transition']['details']): ReleaseEvent {
  const transition = { type: 'ordered', at: 20, message: 'aborted', details } as const;
  return { id: 'order/o1', key: KEY, releaseId: RELEASE.id, release: RELEASE, transition };
}

describe('given an order that is finished, and an index of orders that lags behind', () => {
  it.each([
    { given: 'still shows it as open', indexed: [ORDER], details: {} },
    { given: 'does not know it yet, and the event names it', indexed: [], details: { order: 'o1' } },
    { given: 'still shows it as open, and the event names it', indexed: [ORDER], details: { order: 'o1' } },
  ])('when the index $given, then the release is told with it as it is, once', async ({ indexed, details }) => {
    const orders = createMemoryOrderStore();
    await orders.accept(ORDER);
    await orders.finish('o1', { state: 'applied', verdict: 'aborted', finishedAt: 15 });
    const history = { ...createMemoryRunHistory(), release: async () => RELEASE };
    const ports = {
      history,
      orders: { ...orders, ofRollout: async () => indexed },
      cursors: createMemoryCursorStore(),
    };
    const told = await readReleaseOf(RELEASE.id, eventOf(details), ports);
    expect(told?.orders).toEqual([{ ...ORDER, state: 'applied', verdict: 'aborted', finishedAt: 15 }]);
  });

  it('when it is another release that the event is about, then an order from before is none of its own', async () => {
    const orders = createMemoryOrderStore();
    await orders.accept(ORDER);
    const history = { ...createMemoryRunHistory(), release: async () => ({ ...RELEASE, startedAt: 11 }) };
    const ports = { history, orders, cursors: createMemoryCursorStore() };
    expect((await readReleaseOf(RELEASE.id, eventOf({ order: 'o1' }), ports))?.orders).toEqual([]);
  });
});
