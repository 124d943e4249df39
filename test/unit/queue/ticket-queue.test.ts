import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MINUTE, SECOND, type Millis } from '#core/time.ts';
import type { Claim, ObjectKey, WorkMessage } from '#shared/ports.ts';
import { createMemoryTicketStore } from '#shared/queue/memory-ticket-store.ts';
import { createTicketQueue } from '#shared/queue/ticket-queue.ts';
import type { TicketStore } from '#shared/queue/ticket-store.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const HOLD: Millis = 60 * SECOND;
const OBJECTS: readonly ObjectKey[] = ['checkout', 'cart'].map((name) => {
  return { cluster: 'prod', kind: 'Rollout', namespace: 'shop', name };
});

/** What may happen to a queue. `crash`: its process dies between the write and the send. */
type Happening =
  | { readonly type: 'add'; readonly object: number; readonly wait: Millis; readonly crash: boolean }
  | { readonly type: 'deliver'; readonly pick: number; readonly again: boolean }
  | { readonly type: 'release'; readonly pick: number; readonly wait: Millis | undefined; readonly crash: boolean }
  | { readonly type: 'putOff'; readonly pick: number; readonly wait: Millis; readonly crash: boolean }
  | { readonly type: 'fail'; readonly pick: number }
  | { readonly type: 'rescue'; readonly crash: boolean }
  | { readonly type: 'redrive'; readonly object: number };

/** Happenings that overlap at every read and write, after some time has passed. */
interface Moment {
  readonly pass: Millis;
  readonly happenings: readonly Happening[];
}

const pick = fc.nat(20);
const object = fc.nat(OBJECTS.length - 1);
const crash = fc.boolean();
const happening = fc.oneof(
  fc.record({
    type: fc.constant('add' as const),
    object,
    wait: waits(0, 0, -5 * SECOND, 2 * SECOND, 20 * MINUTE),
    crash,
  }),
  fc.record({ type: fc.constant('deliver' as const), pick, again: fc.boolean() }),
  fc.record({ type: fc.constant('deliver' as const), pick, again: fc.boolean() }),
  fc.record({ type: fc.constant('release' as const), pick, wait: waits(undefined, 0, SECOND, 10 * MINUTE), crash }),
  fc.record({ type: fc.constant('putOff' as const), pick, wait: waits(SECOND, 2 * SECOND, MINUTE), crash }),
  fc.record({ type: fc.constant('fail' as const), pick }),
  fc.record({ type: fc.constant('rescue' as const), crash }),
  fc.record({ type: fc.constant('redrive' as const), object }),
);
const moment = fc.record({
  pass: waits(0, 0, 1, SECOND, 31 * SECOND, HOLD + 1, 15 * MINUTE),
  happenings: fc.array(happening, { minLength: 1, maxLength: 3 }),
});

function waits<T>(...values: readonly T[]): fc.Arbitrary<T> {
  return fc.constantFrom(...values);
}

describe('the ticket queue under every interleaving', () => {
  it('given any requests, deliveries, crashes and deaths, then no request is lost, no two workers hold, and all comes to rest', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(moment, { maxLength: 25 }), async (scheduler, moments) => {
        const world = aWorld(scheduler);
        for (const each of moments) await world.live(each);
        await world.settle();
        expect(world.lostRequests()).toEqual([]);
        expect(await world.unrest()).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

/** A queue with all that surrounds it. Asserts at each claim that it is the only one, and newer than all before. */
function aWorld(scheduler: fc.Scheduler) {
  const clock = new VirtualClock();
  const store = createMemoryTicketStore();
  const underway: { message: WorkMessage; at: number }[] = [];
  const working: Claim[] = [];
  const claims: (Claim & { readonly step: number })[] = [];
  const requests: { readonly object: ObjectKey; readonly step: number }[] = [];
  let step = 0;

  /** Each caller has a process of its own: a crash in one leaves the others alone. */
  function aQueue(crashes: boolean) {
    return createTicketQueue({
      clock,
      hold: HOLD,
      store: interleaved(store, scheduler),
      sender: {
        async send(message, delay) {
          if (crashes) throw new Error('crash');
          underway.push({ message, at: clock.now() + delay });
        },
      },
    });
  }

  async function deliver(index: number, again: boolean): Promise<void> {
    const arrived = underway.filter(({ at }) => at <= clock.now());
    const chosen = arrived[index % Math.max(1, arrived.length)];
    if (chosen === undefined) return;
    if (!again) underway.splice(underway.indexOf(chosen), 1);
    const result = await aQueue(false).claim(chosen.message);
    // Not acknowledged: it comes again.
    if (result.state === 'held' && !again) underway.push({ ...chosen, at: clock.now() + HOLD + SECOND });
    if (result.state === 'claimed') begin(result.claim);
  }

  function begin(claim: Claim): void {
    step += 1;
    const same = claims.filter(({ request }) => request === claim.request);
    expect(Math.max(0, ...same.map(({ seq }) => seq))).toBeLessThan(claim.seq);
    const holding = working.filter(({ request, heldUntil }) => request === claim.request && heldUntil >= clock.now());
    expect(holding).toEqual([]);
    claims.push({ ...claim, step });
    working.push(claim);
  }

  /** The worker goes on, however late; one that was overtaken must change nothing. */
  async function end(index: number, how: (claim: Claim) => Promise<void>): Promise<void> {
    const claim = working[index % Math.max(1, working.length)];
    if (claim === undefined) return;
    working.splice(working.indexOf(claim), 1);
    await how(claim);
  }

  async function happen(event: Happening): Promise<void> {
    switch (event.type) {
      case 'add':
        step += 1;
        requests.push({ object: OBJECTS[event.object]!, step });
        return aQueue(event.crash).add(OBJECTS[event.object]!, clock.now() + event.wait);
      case 'deliver':
        return deliver(event.pick, event.again);
      case 'release':
        return end(event.pick, (claim) => {
          const next = event.wait === undefined ? undefined : clock.now() + event.wait;
          return aQueue(event.crash).release(claim, next);
        });
      case 'putOff':
        return end(event.pick, (claim) => aQueue(event.crash).putOff(claim, clock.now() + event.wait));
      case 'fail':
        return end(event.pick, (claim) => aQueue(false).fail(claim));
      case 'rescue':
        await aQueue(event.crash).rescue();
        return undefined;
      case 'redrive':
        return aQueue(false).redrive(OBJECTS[event.object]!);
    }
  }

  async function all(happenings: readonly Happening[]): Promise<void> {
    const running = Promise.allSettled(happenings.map(happen));
    await scheduler.waitFor(running);
    for (const result of await running) {
      if (result.status === 'rejected' && (result.reason as Error).message !== 'crash') throw result.reason;
    }
  }

  return {
    async live({ pass, happenings }: Moment): Promise<void> {
      clock.jumpTo(clock.now() + pass);
      await all(happenings);
    },
    /** Nothing fails any more: ticks, deliveries, and a person who redrives what is parked. */
    async settle(): Promise<void> {
      for (let tick = 0; tick < 60; tick++) {
        clock.jumpTo(clock.now() + MINUTE);
        await all([{ type: 'rescue', crash: false }]);
        for (const parked of await aQueueAtRest().parked()) await aQueueAtRest().redrive(parked);
        for (let left = underway.length; left > 0; left--) await all([{ type: 'deliver', pick: 0, again: false }]);
        while (working.length > 0) await all([{ type: 'release', pick: 0, wait: undefined, crash: false }]);
      }
    },
    lostRequests() {
      return requests.filter(
        (request) => !claims.some((claim) => claim.request === request.object && claim.step > request.step),
      );
    },
    unrest() {
      return store.overdue(Number.POSITIVE_INFINITY);
    },
  };

  function aQueueAtRest() {
    const send = async (message: WorkMessage, delay: Millis) =>
      void underway.push({ message, at: clock.now() + delay });
    return createTicketQueue({ clock, hold: HOLD, store, sender: { send } });
  }
}

/** Others may come before and after each read and write. */
function interleaved(store: TicketStore, scheduler: fc.Scheduler): TicketStore {
  async function around<T>(label: string, call: () => Promise<T>): Promise<T> {
    await scheduler.schedule(Promise.resolve(), `before ${label}`);
    const result = await call();
    await scheduler.schedule(Promise.resolve(), `after ${label}`);
    return result;
  }
  return {
    read: (request) => around('read', () => store.read(request)),
    write: (request, expected, ticket) => around('write', () => store.write(request, expected, ticket)),
    overdue: (before) => around('overdue', () => store.overdue(before)),
  };
}
