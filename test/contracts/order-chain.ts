import { beforeEach, describe, expect, it } from '@jest/globals';
import { DAY, MINUTE } from '#core/time.ts';
import { verifyOrders } from '#shared/controllers/verify-orders.ts';
import type { ChainEntry, OrderStore, StoredOrder } from '#shared/ports.ts';

const RECEIVED = Date.UTC(2026, 10, 24, 12);

/** What somebody does who has the database and not Weir. */
export interface Tampering {
  readonly store: OrderStore;
  /** The order as it is now; removed where it becomes undefined. */
  editOrder(id: string, edit: (order: StoredOrder) => StoredOrder | undefined): Promise<void>;
  editEntry(chain: string, seq: number, edit: (entry: ChainEntry) => ChainEntry | undefined): Promise<void>;
}

/** What the chain of orders promises: an order that was edited, added or removed is found. */
export function defineOrderChainContract(name: string, create: () => Tampering): void {
  let homes = 0;
  let at: Tampering;
  let rollout: StoredOrder['rollout'];

  beforeEach(() => {
    homes += 1;
    at = create();
    rollout = { cluster: `prod-${homes}`, namespace: 'shop', name: 'web' };
  });

  function anOrder(id: string, fields: Partial<StoredOrder> = {}): StoredOrder {
    return {
      id: `chained-${homes}-${id}`,
      receivedAt: RECEIVED,
      person: 'slack:T1/U1',
      rollout,
      order: { kind: 'command', command: { verb: 'promote', full: false }, actor: { id: 'slack:T1/U1' } },
      state: 'accepted',
      ...fields,
    };
  }

  async function carriedOut(id: string, fields: Partial<StoredOrder> = {}): Promise<StoredOrder> {
    const order = anOrder(id, fields);
    await at.store.accept(order);
    const effect = { before: { step: 1 }, after: { step: 2 } };
    await at.store.finish(order.id, { state: 'applied', verdict: 'step 1 → 2', finishedAt: RECEIVED + 5, effect });
    return order;
  }

  const chain = () => Object.values(rollout).join('/');

  async function problems(now = RECEIVED + MINUTE): Promise<readonly string[]> {
    return (await verifyOrders({ rollout }, { orders: at.store, clock: { now: () => now } })).problems;
  }

  describe(`chain of orders over ${name}`, () => {
    it('given orders that were accepted, finished or not, then two entries each or one, and nothing is amiss', async () => {
      await carriedOut('a');
      await carriedOut('b');
      await at.store.accept(anOrder('open'));
      const report = await verifyOrders({ rollout }, { orders: at.store, clock: { now: () => RECEIVED } });
      expect(report).toMatchObject({ chain: chain(), entries: 5, orders: 3, older: 0, end: { seq: 5 }, problems: [] });
    });

    it('given the same order again, and a second end, then no entry more', async () => {
      const order = await carriedOut('a');
      await at.store.accept(order);
      await at.store.finish(order.id, { state: 'refused', verdict: 'late' });
      expect(await at.store.chain(chain())).toHaveLength(2);
      expect(await problems()).toEqual([]);
    });

    it('given many at the same time, by several processes, then one line without gaps', async () => {
      const other = create().store;
      const ids = Array.from({ length: 12 }, (_, n) => `n${n}`);
      await Promise.all(ids.map((id, n) => (n % 2 === 0 ? at.store : other).accept(anOrder(id))));
      const entries = await at.store.chain(chain());
      expect(entries.map(({ seq }) => seq)).toEqual(ids.map((_, n) => n + 1));
      expect(new Set(entries.map(({ order }) => order))).toEqual(new Set(ids.map((id) => anOrder(id).id)));
      expect(await problems()).toEqual([]);
    });

    it('given a rollout with none, then an empty chain, and nothing is amiss', async () => {
      expect(await at.store.chain(chain())).toEqual([]);
      expect(await problems()).toEqual([]);
    });

    it.each<{ given: string; edit: (order: StoredOrder) => StoredOrder | undefined; then: string }>([
      { given: 'removes it', edit: () => undefined, then: 'was removed' },
      {
        given: 'names another person',
        edit: (order) => ({ ...order, person: 'slack:T1/U9' }),
        then: 'since it was accepted',
      },
      {
        given: 'moves it in time',
        edit: (order) => ({ ...order, receivedAt: RECEIVED - DAY }),
        then: 'since it was accepted',
      },
      {
        given: 'writes another command',
        edit: (order) => ({ ...order, order: { kind: 'command', command: { verb: 'abort' } } }),
        then: 'since it was accepted',
      },
      {
        given: 'turns it into a refusal',
        edit: (order) => ({ ...order, state: 'refused' }),
        then: 'since it was finished',
      },
      {
        given: 'writes another verdict',
        edit: (order) => ({ ...order, verdict: 'nothing' }),
        then: 'since it was finished',
      },
      { given: 'hides what it did', edit: (order) => ({ ...order, effect: {} }), then: 'since it was finished' },
      {
        given: 'opens it again',
        edit: ({ id, receivedAt, person, rollout: of, order }) => ({
          id,
          receivedAt,
          person,
          rollout: of,
          order,
          state: 'accepted',
        }),
        then: 'was finished and is open again',
      },
      {
        given: 'files it under another rollout',
        edit: (order) => ({ ...order, rollout: { ...order.rollout, name: 'other' } }),
        then: 'it is for',
      },
    ])('given somebody who $given, then it is found, and which one', async ({ edit, then }) => {
      await carriedOut('before');
      const { id } = await carriedOut('a');
      await carriedOut('after');
      await at.editOrder(id, edit);
      const found = await problems();
      expect(found).toHaveLength(1);
      expect(found[0]).toContain(`order ${id} `);
      expect(found[0]).toContain(then);
    });

    it('given the last order that is removed, then it is found too', async () => {
      await carriedOut('a');
      const { id } = await carriedOut('last');
      await at.editOrder(id, () => undefined);
      expect(await problems()).toEqual([`order ${id} was removed`]);
    });

    it('given an order that is put beside the chain, then it is found', async () => {
      await carriedOut('a');
      const { id } = anOrder('forged', { receivedAt: RECEIVED + 1 });
      await at.editOrder(id, () => anOrder('forged', { receivedAt: RECEIVED + 1 }));
      expect(await problems()).toEqual([expect.stringContaining(`order ${id} is in no entry`)]);
    });

    it('given orders from before there were chains, then they are counted, and nothing is amiss', async () => {
      await at.editOrder(anOrder('old').id, () => anOrder('old', { receivedAt: RECEIVED - DAY }));
      await carriedOut('a');
      const report = await verifyOrders({ rollout }, { orders: at.store, clock: { now: () => RECEIVED } });
      expect(report).toMatchObject({ older: 1, problems: [] });
    });

    it.each<{ given: string; seq: number; edit: (entry: ChainEntry) => ChainEntry | undefined; then: string }>([
      {
        given: 'an entry that is edited',
        seq: 2,
        edit: (entry) => ({ ...entry, digest: 'f'.repeat(64) }),
        then: 'entry 2 was changed',
      },
      { given: 'an entry in the middle that is removed', seq: 2, edit: () => undefined, then: 'entry 2 was removed' },
      { given: 'the first entry that is removed', seq: 1, edit: () => undefined, then: 'entry 1 was removed' },
    ])('given $given, then it is found', async ({ seq, edit, then }) => {
      await carriedOut('a');
      await carriedOut('b');
      await at.editEntry(chain(), seq, edit);
      expect(await problems()).toContain(then);
    });

    it('given an order that is removed with its entries, then the gap is found', async () => {
      await carriedOut('a');
      const { id } = await carriedOut('b');
      await carriedOut('c');
      await at.editOrder(id, () => undefined);
      await at.editEntry(chain(), 3, () => undefined);
      await at.editEntry(chain(), 4, () => undefined);
      expect(await problems()).toEqual(['entry 4 was removed']);
    });

    it('given orders and entries that have expired, then their absence is nothing amiss; before, it is', async () => {
      const { id } = await carriedOut('a');
      await carriedOut('b', { receivedAt: RECEIVED + 10 * DAY });
      await at.editOrder(id, () => undefined);
      await at.editEntry(chain(), 1, () => undefined);
      expect(await problems(RECEIVED + 400 * DAY)).toEqual([]);
      expect(await problems(RECEIVED + 399 * DAY)).toHaveLength(2);
    });

    it('given a process that died while it stored or finished an order, then once it is finished nothing is amiss', async () => {
      const order = anOrder('a');
      await at.editOrder(order.id, () => order);
      await carriedOut('b', { receivedAt: RECEIVED - 1 });
      expect(await problems()).toEqual([expect.stringContaining('is in no entry')]);
      await at.store.finish(order.id, { state: 'applied', verdict: 'done', finishedAt: RECEIVED });
      // The entry was written, the order was not: it is carried out and finished again, with other words.
      await at.editOrder(order.id, () => order);
      await at.store.finish(order.id, { state: 'applied', verdict: 'done already', finishedAt: RECEIVED + 9 });
      expect(await problems()).toEqual([]);
    });

    it('given alerts as they came, then each fingerprint has a chain of its own: no chain is everybody’s', async () => {
      const delivered = { cluster: '*', namespace: '*', name: 'alerts' };
      for (const fingerprint of ['f1', 'f2'])
        await at.store.accept(
          anOrder(fingerprint, {
            person: `alertmanager:${homes}-${fingerprint}`,
            rollout: delivered,
            order: { kind: 'alert' },
          }),
        );
      const whose = { person: `alertmanager:${homes}-f1` };
      const clock = { now: () => RECEIVED };
      expect(await verifyOrders(whose, { orders: at.store, clock })).toMatchObject({ entries: 1, problems: [] });
      await at.editOrder(anOrder('f1').id, () => undefined);
      expect((await verifyOrders(whose, { orders: at.store, clock })).problems).toEqual([
        `order ${anOrder('f1').id} was removed`,
      ]);
    });
  });
}
