import { beforeEach, describe, expect, it } from '@jest/globals';
import { DAY, MINUTE } from '#core/time.ts';
import type { OrderStore, StoredOrder } from '#shared/ports.ts';

const RECEIVED = Date.UTC(2026, 10, 24, 12);

/** What stored orders promise: known once, finished once. */
export function defineOrderStoreContract(name: string, create: () => OrderStore): void {
  let homes = 0;
  let store: OrderStore;

  function anOrder(id: string, fields: Partial<StoredOrder> = {}): StoredOrder {
    return {
      id: `${homes}-${id}`,
      receivedAt: RECEIVED,
      person: `slack:T${homes}/U1`,
      rollout: { cluster: `cluster-${homes}`, namespace: 'shop', name: 'checkout' },
      order: { verb: 'promote', binding: { stepIndex: 2, startedAt: null }, weight: 0.1 },
      state: 'accepted',
      ...fields,
    };
  }

  beforeEach(() => {
    homes += 1;
    store = create();
  });

  describe(`order store over ${name}`, () => {
    it('given an unknown id, then there is no order, and finishing it makes none', async () => {
      expect(await store.get('unknown')).toBeUndefined();
      await store.finish('unknown', { state: 'applied' });
      expect(await store.get('unknown')).toBeUndefined();
    });

    it('given an accepted order, then it is read back as it was', async () => {
      const order = anOrder('a');
      expect(await store.accept(order)).toBe('accepted');
      expect(await store.get(order.id)).toEqual(order);
    });

    it('given the same delivery again, then it is a duplicate and changes nothing, also when the first is finished', async () => {
      const order = anOrder('a');
      await store.accept(order);
      expect(await store.accept(anOrder('a', { person: 'somebody else' }))).toBe('duplicate');
      expect(await store.get(order.id)).toEqual(order);
      await store.finish(order.id, { state: 'refused', verdict: 'not allowed', finishedAt: RECEIVED + 1 });
      expect(await store.accept(order)).toBe('duplicate');
      expect(await store.get(order.id)).toMatchObject({ state: 'refused' });
    });

    it('given many deliveries at the same time, then one is accepted', async () => {
      const results = await Promise.all(Array.from({ length: 6 }, () => store.accept(anOrder('a'))));
      expect(results.filter((result) => result === 'accepted')).toHaveLength(1);
    });

    it.each(['applied', 'refused', 'stale'] as const)(
      'given an order finished as %s, then no second finish changes it',
      async (state) => {
        const order = anOrder('a');
        await store.accept(order);
        await store.finish(order.id, { state, verdict: 'step 2 → 3', finishedAt: RECEIVED + MINUTE });
        await store.finish(order.id, { state: 'stale', verdict: 'too late', finishedAt: RECEIVED + 2 * MINUTE });
        expect(await store.get(order.id)).toEqual({
          ...order,
          state,
          verdict: 'step 2 → 3',
          finishedAt: RECEIVED + MINUTE,
        });
      },
    );

    it('given what the object showed before and after, then it is read back, also by person and by rollout', async () => {
      const order = anOrder('a');
      await store.accept(order);
      const effect = { before: { step: 1, weight: 20 }, after: { step: 2 }, approvals: { needed: 2, given: ['ana'] } };
      await store.finish(order.id, { state: 'applied', verdict: 'done', finishedAt: RECEIVED, effect });
      await store.finish(order.id, { state: 'applied', verdict: 'done', effect: { after: { step: 9 } } });
      expect((await store.get(order.id))?.effect).toEqual(effect);
      expect((await store.ofPerson(order.person))[0]?.effect).toEqual(effect);
      expect((await store.ofRollout(order.rollout))[0]?.effect).toEqual(effect);
    });

    it('given an outcome that carries more than the outcome, then the rest of the order stays as it was', async () => {
      const order = anOrder('a');
      await store.accept(order);
      const outcome = { ...anOrder('b', { person: 'somebody else' }), state: 'applied' as const, verdict: 'done' };
      await store.finish(order.id, outcome);
      expect(await store.get(order.id)).toEqual({ ...order, state: 'applied', verdict: 'done' });
    });

    it('given accepted orders, then those of a time that are not finished are open, newest first', async () => {
      // No other test's orders lie in these hours.
      const start = RECEIVED - homes * 60 * MINUTE;
      for (const minute of [1, 2, 3, 4])
        await store.accept(anOrder(`m${minute}`, { receivedAt: start + minute * MINUTE }));
      await store.finish(anOrder('m2').id, { state: 'applied', verdict: 'done', finishedAt: start });
      const ids = async (from: number, to: number) =>
        (await store.open(start + from * MINUTE, start + to * MINUTE)).map(({ id }) => id.split('-')[1]);
      expect(await ids(0, 10)).toEqual(['m4', 'm3', 'm1']);
      expect(await ids(1, 3)).toEqual(['m1']);
      expect((await store.open(start + 4 * MINUTE, start + 5 * MINUTE))[0]).toMatchObject({
        person: anOrder('m4').person,
      });
    });

    it('given many that wait, then all of them are the backlog, the oldest first, and what is finished is none of it', async () => {
      const since = RECEIVED + homes * DAY;
      const waiting = Array.from({ length: 40 }, (_, n) => anOrder(`w${n}`, { receivedAt: since + n }));
      for (const order of [...waiting.toReversed(), anOrder('early', { receivedAt: since - 1 })])
        await store.accept(order);
      for (const { id } of waiting.slice(0, 4)) await store.finish(id, { state: 'applied', finishedAt: since });
      expect((await store.backlog(since)).map(({ id }) => id)).toEqual(waiting.slice(4).map(({ id }) => id));
    });

    it('given none or a few that wait, then the backlog holds no other', async () => {
      const since = RECEIVED + homes * DAY;
      expect(await store.backlog(since)).toEqual([]);
      const order = anOrder('w', { receivedAt: since });
      await store.accept(order);
      // Where few wait the store may look at a part of them; in as many looks as there are parts it is seen.
      const looks = [];
      for (let look = 0; look < 8; look += 1) looks.push(...(await store.backlog(since)));
      expect(new Set(looks.map(({ id }) => id))).toEqual(new Set([order.id]));
    });

    it('given orders of several people, then those of one come newest first, up to the limit', async () => {
      for (const minute of [2, 1, 3])
        await store.accept(anOrder(`m${minute}`, { receivedAt: RECEIVED + minute * MINUTE }));
      const mine = anOrder('m1').person;
      await store.accept(anOrder('other', { person: `${mine}0`, receivedAt: RECEIVED + 9 * MINUTE }));
      const ids = async (limit?: number) => (await store.ofPerson(mine, limit)).map(({ id }) => id.split('-')[1]);
      expect(await ids()).toEqual(['m3', 'm2', 'm1']);
      expect(await ids(2)).toEqual(['m3', 'm2']);
      expect(await store.ofPerson('nobody')).toEqual([]);
    });

    it('given orders for several rollouts, then those of one come newest first, with what became of them', async () => {
      const { rollout } = anOrder('a');
      await store.accept(anOrder('a'));
      await store.accept(anOrder('b', { receivedAt: RECEIVED + MINUTE, person: 'cli:ana' }));
      await store.accept(anOrder('c', { rollout: { ...rollout, namespace: 'staging' } }));
      await store.finish(anOrder('a').id, { state: 'applied', verdict: 'done' });
      const states = (await store.ofRollout(rollout)).map(({ state, verdict }) => [state, verdict]);
      expect(states).toEqual([
        ['accepted', undefined],
        ['applied', 'done'],
      ]);
      expect(await store.ofRollout(rollout, 1)).toMatchObject([{ person: 'cli:ana' }]);
    });
  });
}
