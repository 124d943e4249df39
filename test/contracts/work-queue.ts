import { describe, expect, it } from '@jest/globals';
import { TransientError } from '#core/errors.ts';
import { HOUR, MINUTE, SECOND, type Millis } from '#core/time.ts';
import type { Claim, Clock, ObjectKey, WorkMessage } from '#shared/ports.ts';
import { createMemoryRunHistory } from '#shared/history/memory-run-history.ts';
import { createTicketQueue } from '#shared/queue/ticket-queue.ts';
import type { TicketStore } from '#shared/queue/ticket-store.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const HOLD: Millis = 60 * SECOND;
/** Longer than a message may be under way. */
const LOST: Millis = 31 * SECOND;

/** What the ticket protocol promises, whatever keeps the tickets. */
export function defineWorkQueueContract(name: string, createStore: (clock: Clock) => TicketStore): void {
  let benches = 0;

  function aQueue() {
    benches += 1;
    return bench(createStore, `cluster-${benches}`);
  }

  describe(`work queue over ${name}`, () => {
    describe('add', () => {
      it.each([
        { given: 'now', wait: 0, delay: 0 },
        { given: 'the past', wait: -HOUR, delay: 0 },
        { given: 'in 10 s', wait: 10 * SECOND, delay: 10 * SECOND },
        { given: 'in an hour: as long as a message can wait', wait: HOUR, delay: 15 * MINUTE },
      ])('given a request for $given, then one message is sent with a delay of $delay ms', async ({ wait, delay }) => {
        const { queue, clock, request, sent } = aQueue();
        await queue.add(request, clock.now() + wait);
        expect(sent).toEqual([{ request, seq: 1, delay }]);
      });

      it('given two requests, when the second is later or the same, then the first one stands for both', async () => {
        const { queue, clock, request, sent } = aQueue();
        await queue.add(request, clock.now() + 10 * SECOND);
        await queue.add(request, clock.now() + 10 * SECOND);
        await queue.add(request, clock.now() + 20 * SECOND);
        expect(sent).toHaveLength(1);
      });

      it('given two requests, when the second is earlier, then it wins and the first message is stale', async () => {
        const { queue, clock, request, sent } = aQueue();
        await queue.add(request, clock.now() + 10 * MINUTE);
        await queue.add(request, clock.now());
        expect(sent).toMatchObject([{ seq: 1 }, { seq: 2, delay: 0 }]);
        expect(await queue.claim({ request, seq: 1 })).toEqual({ state: 'stale' });
        expect(await queue.claim({ request, seq: 2 })).toMatchObject({ state: 'claimed' });
      });

      it('given two objects, then each has its own ticket', async () => {
        const { queue, clock, request } = aQueue();
        const other: ObjectKey = { ...request, kind: 'AnalysisRun' };
        await queue.add(request, clock.now());
        await queue.add(other, clock.now());
        expect(await queue.claim({ request, seq: 1 })).toMatchObject({ state: 'claimed' });
        expect(await queue.claim({ request: other, seq: 1 })).toMatchObject({ state: 'claimed' });
      });

      it('given many requests at the same time, then all are answered by one message', async () => {
        const { queue, clock, request, sent } = aQueue();
        await Promise.all(Array.from({ length: 8 }, () => queue.add(request, clock.now())));
        expect(sent).toHaveLength(1);
      });

      it('given another writer that is always first, then it gives up as transient', async () => {
        const { queue, clock, request, seam } = aQueue();
        seam.beforeEachWrite = (store) =>
          store.write(request, undefined, { seq: 1, failures: 0 }).then(() => undefined);
        seam.read = async () => undefined;
        await expect(queue.add(request, clock.now())).rejects.toThrow(TransientError);
      });
    });

    describe('claim', () => {
      it('given a due ticket, then the claim says until when and under which number', async () => {
        const { queue, clock, request } = aQueue();
        await queue.add(request, clock.now());
        expect(await queue.claim({ request, seq: 1 })).toEqual({
          state: 'claimed',
          claim: { request, seq: 1, heldUntil: clock.now() + HOLD, failures: 0, putOffs: 0 },
        });
      });

      it('given two deliveries at the same time, then one of them gets the claim and the other is not acknowledged', async () => {
        const { queue, clock, request } = aQueue();
        await queue.add(request, clock.now());
        const message = { request, seq: 1 };
        const states = await Promise.all([queue.claim(message), queue.claim(message), queue.claim(message)]);
        expect(states.map(({ state }) => state).toSorted()).toEqual(['claimed', 'held', 'held']);
      });

      it('given a wait of 40 minutes, then the message hops twice before it is taken', async () => {
        const { queue, clock, request, sent } = aQueue();
        await queue.add(request, clock.now() + 40 * MINUTE);
        clock.jumpTo(clock.now() + 15 * MINUTE);
        expect(await queue.claim({ request, seq: 1 })).toEqual({ state: 'early' });
        clock.jumpTo(clock.now() + 15 * MINUTE);
        expect(await queue.claim({ request, seq: 1 })).toEqual({ state: 'early' });
        expect(sent.map(({ seq, delay }) => [seq, delay / MINUTE])).toEqual([
          [1, 15],
          [1, 15],
          [1, 10],
        ]);
        clock.jumpTo(clock.now() + 10 * MINUTE);
        expect(await queue.claim({ request, seq: 1 })).toMatchObject({ state: 'claimed' });
      });

      it.each([
        { early: 1_000, state: 'claimed' },
        { early: 1_001, state: 'early' },
      ])('given a message $early ms before its time, then it is $state', async ({ early, state }) => {
        const { queue, clock, request } = aQueue();
        await queue.add(request, clock.now() + early);
        expect(await queue.claim({ request, seq: 1 })).toMatchObject({ state });
      });

      it('given nothing that was asked for, then any message is stale', async () => {
        const { queue, clock, request } = aQueue();
        expect(await queue.claim({ request, seq: 1 })).toEqual({ state: 'stale' });
        await queue.add(request, clock.now());
        await queue.release(await queue.take(1));
        expect(await queue.claim({ request, seq: 1 })).toEqual({ state: 'stale' });
        expect(await queue.claim({ request, seq: 2 })).toEqual({ state: 'stale' });
      });
    });

    it.each([
      { given: 'at work', pass: 0 },
      { given: 'dead', pass: HOLD + 1 },
    ])('given a holder that is $given, then an overtaken message of the same object is stale', async ({ pass }) => {
      const { queue, clock, request } = aQueue();
      await queue.add(request, clock.now() + HOUR);
      await queue.add(request, clock.now());
      await queue.take(2);
      clock.jumpTo(clock.now() + pass);
      expect(await queue.claim({ request, seq: 1 })).toEqual({ state: 'stale' });
      expect(await queue.claim({ request, seq: 3 })).toEqual({ state: 'stale' });
    });

    describe('release', () => {
      it('given no next look, then the ticket rests and a later request starts it again', async () => {
        const { queue, clock, request, sent } = aQueue();
        await queue.add(request, clock.now());
        await queue.release(await queue.take(1));
        expect(sent).toHaveLength(1);
        await queue.add(request, clock.now());
        expect(sent.at(-1)).toMatchObject({ seq: 2, delay: 0 });
      });

      it('given a next look, then its message is sent with a new number', async () => {
        const { queue, clock, request, sent } = aQueue();
        await queue.add(request, clock.now());
        await queue.release(await queue.take(1), clock.now() + 15 * SECOND);
        expect(sent.at(-1)).toEqual({ request, seq: 2, delay: 15 * SECOND });
        clock.jumpTo(clock.now() + 15 * SECOND);
        expect(await queue.claim({ request, seq: 2 })).toMatchObject({ claim: { seq: 2, failures: 0 } });
      });

      it.each([
        { changed: 0, next: undefined, delay: 0 },
        { changed: 0, next: 15 * SECOND, delay: 0 },
        { changed: 60 * SECOND, next: 15 * SECOND, delay: 15 * SECOND },
        { changed: 15 * SECOND, next: 60 * SECOND, delay: 15 * SECOND },
      ])(
        'given a request in $changed ms during the hold, when released with next $next, then one message in $delay ms',
        async ({ changed, next, delay }) => {
          const { queue, clock, request, sent } = aQueue();
          await queue.add(request, clock.now());
          const claim = await queue.take(1);
          await queue.add(request, clock.now() + changed);
          await queue.add(request, clock.now() + changed);
          expect(sent).toHaveLength(1);
          await queue.release(claim, next === undefined ? undefined : clock.now() + next);
          expect(sent.slice(1)).toEqual([{ request, seq: 2, delay }]);
        },
      );

      it('given a claim that was released, when it is released again, then nothing happens', async () => {
        const { queue, clock, request, sent } = aQueue();
        await queue.add(request, clock.now());
        const claim = await queue.take(1);
        await queue.release(claim);
        await queue.release(claim, clock.now());
        expect(sent).toHaveLength(1);
      });

      it('given a claim that has travelled as plain data, then it releases as well', async () => {
        const { queue, clock, request } = aQueue();
        await queue.add(request, clock.now());
        await queue.release(structuredClone(await queue.take(1)));
        expect(await queue.claim({ request, seq: 1 })).toEqual({ state: 'stale' });
      });
    });

    describe('the five failures', () => {
      it('given a crash between the write and the send, then rescue sends the message after 30 s', async () => {
        const { queue, clock, request, sent, transport } = aQueue();
        transport.crash = true;
        await expect(queue.add(request, clock.now())).rejects.toThrow('crash');
        clock.jumpTo(clock.now() + 30 * SECOND);
        expect(await queue.rescue()).toBe(0);
        clock.jumpTo(clock.now() + 1);
        expect(await queue.rescue()).toBe(1);
        expect(sent).toEqual([{ request, seq: 2, delay: 0 }]);
        expect(await queue.claim({ request, seq: 2 })).toMatchObject({ state: 'claimed' });
      });

      it('given a release that crashed between the write and the send, then rescue sends its message', async () => {
        const { queue, clock, request, sent, transport } = aQueue();
        await queue.add(request, clock.now());
        const claim = await queue.take(1);
        transport.crash = true;
        await expect(queue.release(claim, clock.now() + MINUTE)).rejects.toThrow('crash');
        clock.jumpTo(clock.now() + MINUTE + LOST);
        expect(await queue.rescue()).toBe(1);
        expect(await queue.claim(sent.at(-1)!)).toMatchObject({ state: 'claimed' });
      });

      it('given a holder that dies after a change arrived, then the change is looked at by the next worker', async () => {
        const { queue, clock, request, sent } = aQueue();
        await queue.add(request, clock.now());
        await queue.take(1);
        await queue.add(request, clock.now());
        clock.jumpTo(clock.now() + HOLD + LOST);
        expect(await queue.rescue()).toBe(1);
        const message = sent.at(-1)!;
        await queue.release(await queue.take(message.seq));
        expect(await queue.claim({ request, seq: message.seq + 1 })).toEqual({ state: 'stale' });
      });

      it('given a holder that dies after a change arrived, when its message comes first, then the change still leads to a pass', async () => {
        const { queue, clock, request, sent } = aQueue();
        await queue.add(request, clock.now());
        await queue.take(1);
        await queue.add(request, clock.now());
        clock.jumpTo(clock.now() + HOLD + 1);
        const second = await queue.take(1);
        await queue.release(second);
        expect(sent.at(-1)).toEqual({ request, seq: second.seq + 1, delay: 0 });
      });

      it("given a change between release's look at the ticket and its write, then it leads to a pass", async () => {
        const { queue, clock, request, sent, seam } = aQueue();
        await queue.add(request, clock.now());
        const claim = await queue.take(1);
        seam.beforeNextWrite = () => queue.add(request, clock.now());
        await queue.release(claim, clock.now() + HOUR);
        expect(sent.slice(1)).toEqual([{ request, seq: 2, delay: 0 }]);
      });

      it('given a change between the second look of a release and its second write, then it leads to a pass', async () => {
        const { queue, clock, request, sent, seam } = aQueue();
        await queue.add(request, clock.now());
        const claim = await queue.take(1);
        await queue.add(request, clock.now() + HOUR);
        seam.beforeNextWrite = async () => {
          seam.beforeNextWrite = () => queue.add(request, clock.now() + MINUTE);
        };
        await queue.release(claim);
        expect(sent.slice(1)).toEqual([{ request, seq: 2, delay: MINUTE }]);
      });

      it("given the holder's own message again, then it is not acknowledged, and takes over once the hold is over", async () => {
        const { queue, clock, request } = aQueue();
        await queue.add(request, clock.now());
        const first = await queue.take(1);
        clock.jumpTo(first.heldUntil);
        expect(await queue.claim({ request, seq: 1 })).toEqual({ state: 'held' });
        clock.jumpTo(first.heldUntil + 1);
        expect(await queue.claim({ request, seq: 1 })).toEqual({
          state: 'claimed',
          claim: { request, seq: 2, heldUntil: clock.now() + HOLD, failures: 1, putOffs: 0 },
        });
        expect(await queue.claim({ request, seq: 1 })).toEqual({ state: 'held' });
      });

      it.each([
        { by: 'the redelivered message', overtake: (queue: BenchQueue) => queue.take(1) },
        {
          by: 'rescue',
          async overtake(queue: BenchQueue) {
            await queue.rescue();
            return queue.take(2);
          },
        },
      ])(
        'given a frozen worker overtaken by $by, when it wakes, then its release and fail do nothing',
        async ({ overtake }) => {
          const { queue, clock, request, sent } = aQueue();
          await queue.add(request, clock.now());
          const frozen = await queue.take(1);
          clock.jumpTo(clock.now() + HOLD + LOST);
          const second = await overtake(queue);
          expect(second.seq).toBeGreaterThan(frozen.seq);
          const before = sent.length;
          await queue.release(frozen, clock.now());
          await queue.fail(frozen);
          expect(sent).toHaveLength(before);
          clock.jumpTo(clock.now() + HOLD - 1);
          expect(await queue.claim({ request, seq: 1 })).not.toMatchObject({ state: 'claimed' });
          await queue.release(second, clock.now());
          expect(sent.at(-1)).toEqual({ request, seq: second.seq + 1, delay: 0 });
        },
      );
    });

    it('given a frozen worker, when it wakes after the next one has recorded, then history refuses its write', async () => {
      const { queue, clock, request } = aQueue();
      const history = createMemoryRunHistory();
      await queue.add(request, clock.now());
      const frozen = await queue.take(1);
      clock.jumpTo(clock.now() + HOLD + 1);
      const second = await queue.take(1);
      const record = { state: {}, transitions: [] };
      expect(await history.record(request, { ...record, expectedVersion: 0, fence: second.seq })).toBe('recorded');
      expect(await history.record(request, { ...record, expectedVersion: 1, fence: frozen.seq })).toBe('conflict');
    });

    describe('failures', () => {
      it('given a worker that fails, then the redelivery takes over at once, and knows of it', async () => {
        const { queue, clock, request } = aQueue();
        await queue.add(request, clock.now());
        await queue.fail(await queue.take(1));
        expect(await queue.claim({ request, seq: 1 })).toMatchObject({ claim: { seq: 2, failures: 1 } });
      });

      it('given a worker that fails again and again, then each redelivery takes over until the ticket is parked', async () => {
        const { queue, clock, request } = aQueue();
        await queue.add(request, clock.now());
        for (let failures = 0; failures < 5; failures++) {
          expect(await queue.parked()).toEqual([]);
          const claim = await queue.take(1);
          expect(claim.failures).toBe(failures);
          await queue.fail(claim);
        }
        expect(await queue.parked()).toEqual([request]);
      });

      it('given a worker that succeeds after failures, then they are forgotten', async () => {
        const { queue, clock, request, sent } = aQueue();
        await queue.add(request, clock.now());
        await queue.fail(await queue.take(1));
        await queue.release(await queue.take(1), clock.now());
        expect((await queue.take(sent.at(-1)!.seq)).failures).toBe(0);
      });

      it('given a release with a change pending after failures, then they are forgotten too', async () => {
        const { queue, clock, request, sent } = aQueue();
        await queue.add(request, clock.now());
        await queue.fail(await queue.take(1));
        const claim = await queue.take(1);
        await queue.add(request, clock.now());
        await queue.release(claim);
        expect((await queue.take(sent.at(-1)!.seq)).failures).toBe(0);
      });

      it('given passes that are put off, then each claim knows how many were so in a row, until one succeeds', async () => {
        const { queue, clock, request, sent } = aQueue();
        await queue.add(request, clock.now());
        const counted: number[] = [];
        for (const [seq, end] of ['putOff', 'putOff', 'release', 'putOff'].entries()) {
          const claim = await queue.take(seq + 1);
          counted.push(claim.putOffs);
          await (end === 'putOff' ? queue.putOff(claim, clock.now()) : queue.release(claim, clock.now()));
        }
        expect(counted).toEqual([0, 1, 2, 0]);
        expect((await queue.take(sent.at(-1)!.seq)).putOffs).toBe(1);
      });

      it('given a pass that is put off, then its message comes then, and a change comes at once without an end to the count', async () => {
        const { queue, clock, request, sent } = aQueue();
        await queue.add(request, clock.now());
        await queue.putOff(await queue.take(1), clock.now() + MINUTE);
        await queue.add(request, clock.now());
        expect(sent.map(({ delay }) => delay)).toEqual([0, MINUTE, 0]);
        expect((await queue.take(3)).putOffs).toBe(1);
      });

      it('given a change while a pass is under way that is put off, then the next look is at once', async () => {
        const { queue, clock, request, sent } = aQueue();
        await queue.add(request, clock.now());
        const claim = await queue.take(1);
        await queue.add(request, clock.now());
        await queue.putOff(claim, clock.now() + MINUTE);
        expect(sent.at(-1)).toEqual({ request, seq: 2, delay: 0 });
      });

      it('given a hold that was lost, when its pass is put off, then nothing happens', async () => {
        const { queue, clock, request, sent } = aQueue();
        await queue.add(request, clock.now());
        const claim = await queue.take(1);
        await queue.release(claim);
        await queue.putOff(claim, clock.now());
        expect(sent).toHaveLength(1);
      });

      it('given a message that was lost after a pass was put off, when it is rescued, then the count stands; a redrive ends it', async () => {
        const { queue, clock, request, sent } = aQueue();
        await queue.add(request, clock.now());
        await queue.putOff(await queue.take(1), clock.now());
        await clock.advance(LOST);
        await queue.rescue();
        const claim = await queue.take(sent.at(-1)!.seq);
        expect(claim.putOffs).toBe(1);
        await queue.putOff(claim, clock.now() + HOUR);
        await queue.redrive(request);
        expect((await queue.take(sent.at(-1)!.seq)).putOffs).toBe(0);
      });

      it('given only rescues bring the object back, then it is parked after as many failures', async () => {
        const { queue, clock, request, sent } = aQueue();
        await queue.add(request, clock.now());
        for (let attempt = 0; attempt < 5; attempt++) {
          await queue.fail(await queue.take(sent.at(-1)!.seq));
          clock.jumpTo(clock.now() + LOST);
          await queue.rescue();
        }
        expect(sent).toHaveLength(5);
        expect(await queue.parked()).toEqual([request]);
        clock.jumpTo(clock.now() + HOUR);
        expect(await queue.rescue()).toBe(0);
      });

      it('given workers that die without a word, then they count as failures and the ticket is parked in the end', async () => {
        const { queue, clock, request, sent } = aQueue();
        await queue.add(request, clock.now());
        const failures: number[] = [];
        for (let round = 0; round < 10 && (await queue.parked()).length === 0; round++) {
          failures.push((await queue.take(sent.at(-1)!.seq)).failures);
          clock.jumpTo(clock.now() + HOLD + LOST);
          await queue.rescue();
        }
        expect(failures).toEqual([0, 1, 2, 3, 4]);
      });

      it('given a parked ticket, when the object changes, then it is free with no failures', async () => {
        const { queue, request, sent, clock } = await aParkedQueue();
        await queue.add(request, clock.now());
        expect(await queue.parked()).toEqual([]);
        expect((await queue.take(sent.at(-1)!.seq)).failures).toBe(0);
      });

      it('given a parked ticket, when it is redriven, then a message is sent and it is free with no failures', async () => {
        const { queue, request, sent } = await aParkedQueue();
        const before = sent.length;
        await queue.redrive(request);
        expect(sent).toHaveLength(before + 1);
        expect(await queue.parked()).toEqual([]);
        expect((await queue.take(sent.at(-1)!.seq)).failures).toBe(0);
      });

      it('given an object at work, when it is redriven, then the holder keeps it and one more pass follows', async () => {
        const { queue, clock, request, sent } = aQueue();
        await queue.add(request, clock.now());
        const claim = await queue.take(1);
        await queue.redrive(request);
        expect(sent).toHaveLength(1);
        await queue.release(claim);
        expect(sent.slice(1)).toEqual([{ request, seq: 2, delay: 0 }]);
      });

      async function aParkedQueue() {
        const parts = aQueue();
        await parts.queue.add(parts.request, parts.clock.now());
        for (let attempt = 0; attempt < 5; attempt++) await parts.queue.fail(await parts.queue.take(1));
        expect(await parts.queue.parked()).toEqual([parts.request]);
        return parts;
      }
    });

    describe('rescue', () => {
      it('given tickets at rest, held, due later and just sent, then it sends nothing', async () => {
        const { queue, clock, request, sent } = aQueue();
        const named = (name: string): ObjectKey => ({ ...request, name });
        clock.jumpTo(clock.now() + HOUR);
        await queue.add(named('held'), clock.now());
        await queue.claim({ request: named('held'), seq: 1 });
        await queue.add(named('later'), clock.now() + HOUR);
        await queue.add(named('sent'), clock.now() - HOUR);
        clock.jumpTo(clock.now() + 29 * SECOND);
        expect(await queue.rescue()).toBe(0);
        expect(sent).toHaveLength(3);
      });

      it('given many lost messages, then each is sent once, and counted', async () => {
        const { queue, clock, request, sent } = aQueue();
        const requests = Array.from({ length: 25 }, (_, index): ObjectKey => ({ ...request, name: `app-${index}` }));
        for (const each of requests) await queue.add(each, clock.now());
        sent.length = 0;
        clock.jumpTo(clock.now() + LOST);
        expect(await queue.rescue()).toBe(25);
        expect(new Set(sent.map(({ request: { name } }) => name)).size).toBe(25);
        expect(await queue.rescue()).toBe(0);
      });

      it('given two rescues at the same time, then one of them sends', async () => {
        const { queue, clock, request } = aQueue();
        await queue.add(request, clock.now());
        clock.jumpTo(clock.now() + LOST);
        const counts = await Promise.all([queue.rescue(), queue.rescue()]);
        expect(counts.toSorted()).toEqual([0, 1]);
      });

      it('given a message that was only late, then the rescued one has replaced it', async () => {
        const { queue, clock, request } = aQueue();
        await queue.add(request, clock.now());
        clock.jumpTo(clock.now() + LOST);
        await queue.rescue();
        expect(await queue.claim({ request, seq: 1 })).toEqual({ state: 'stale' });
        expect(await queue.claim({ request, seq: 2 })).toMatchObject({ state: 'claimed' });
      });

      it('given a backlog, then each rescue gives its message more time than the one before', async () => {
        const { queue, clock, request } = aQueue();
        const start = clock.now();
        await queue.add(request, start);
        const rescues: number[] = [];
        for (let tick = 1; tick <= 30; tick++) {
          clock.jumpTo(start + tick * MINUTE);
          if ((await queue.rescue()) === 1) rescues.push(tick);
        }
        const pauses = rescues.slice(1).map((tick, index) => tick - rescues[index]!);
        expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
        expect(pauses.at(0)).toBe(1);
        expect(pauses.at(-1)).toBeGreaterThanOrEqual(5);
      });
    });
  });
}

type BenchQueue = ReturnType<typeof bench>['queue'];

/** A queue whose sender remembers, with a seam in its store and one in its sender. */
function bench(createStore: (clock: Clock) => TicketStore, cluster: string) {
  const clock = new VirtualClock();
  const request: ObjectKey = { cluster, kind: 'Rollout', namespace: 'shop', name: 'checkout' };
  const sent: (WorkMessage & { delay: Millis })[] = [];
  const transport = { crash: false };
  const store = createStore(clock);
  const seam: Seam = {};
  const queue = createTicketQueue({
    clock,
    hold: HOLD,
    store: withSeam(store, seam, cluster),
    sender: {
      async send(message, delay) {
        const { crash } = transport;
        transport.crash = false;
        if (crash) throw new Error('crash');
        sent.push({ ...message, delay });
      },
    },
  });
  async function take(seq: number): Promise<Claim> {
    const result = await queue.claim({ request, seq });
    if (result.state !== 'claimed') throw new Error(`message ${seq} is ${result.state}`);
    return result.claim;
  }
  return { clock, request, sent, transport, seam, queue: { ...queue, take } };
}

interface Seam {
  read?: TicketStore['read'];
  beforeNextWrite?: (() => Promise<void>) | undefined;
  beforeEachWrite?: (store: TicketStore) => Promise<void>;
}

function withSeam(store: TicketStore, seam: Seam, cluster: string): TicketStore {
  return {
    read: (request) => seam.read?.(request) ?? store.read(request),
    async write(request, expected, ticket) {
      const { beforeNextWrite, beforeEachWrite } = seam;
      seam.beforeNextWrite = undefined;
      await beforeNextWrite?.();
      await beforeEachWrite?.(store);
      return store.write(request, expected, ticket);
    },
    // Tests share one table: each sees its own tickets only.
    async overdue(before) {
      return (await store.overdue(before)).filter(({ request }) => request.cluster === cluster);
    },
  };
}
