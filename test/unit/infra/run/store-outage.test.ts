import { describe, expect, it } from '@jest/globals';
import { TransientError } from '#core/errors.ts';
import { MINUTE, SECOND, type Instant, type Millis } from '#core/time.ts';
import { createMemoryTicketStore } from '#shared/queue/memory-ticket-store.ts';
import type { TicketStore } from '#shared/queue/ticket-store.ts';
import { createTicketQueue } from '#shared/queue/ticket-queue.ts';
import type { Claim, ObjectKey, WorkMessage, WorkQueue } from '#shared/ports.ts';
import { createDirectCluster } from '../../../../infra/local/kubernetes/direct-cluster.ts';
import { Store } from '../../../../infra/local/kubernetes/store.ts';
import { Feed } from '../../../../infra/run/feed.ts';
import { createPatientQueue } from '../../../../infra/run/patient-queue.ts';
import { WorkLanes } from '../../../../infra/run/work-lanes.ts';
import { aRollout } from '../../../support/builders.ts';
import { aLog } from '../../../support/quiet-log.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const HOLD = 5 * MINUTE;
const REQUEST: ObjectKey = { cluster: 'c', kind: 'Rollout', namespace: 'shop', name: 'checkout' };

/** A store that a test switches off. */
function outage() {
  const state = { isDown: false };
  const answer = () => {
    if (state.isDown) throw new TransientError('no answer');
  };
  const inner = createMemoryTicketStore();
  const store: TicketStore = {
    read: async (...args) => (answer(), inner.read(...args)),
    write: async (...args) => (answer(), inner.write(...args)),
    overdue: async (...args) => (answer(), inner.overdue(...args)),
  };
  return { state, store };
}

/** Second by second, and what is waiting for an answer goes on in between. */
async function passes(clock: VirtualClock, length: Millis): Promise<void> {
  for (const until = clock.now() + length; clock.now() < until;) {
    await clock.advance(SECOND / 2);
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  }
}

describe('given a store that does not answer', () => {
  it('when a pass ends, then its object is given back once the store answers, and what had changed is looked at', async () => {
    const { state, store } = outage();
    const clock = new VirtualClock();
    const sent: WorkMessage[] = [];
    const sender = { send: async (message: WorkMessage) => void sent.push(message) };
    const queue = createTicketQueue({ store, sender, clock, hold: HOLD });
    const patient = createPatientQueue({ queue, timers: clock, isStopped: () => false });
    await patient.add(REQUEST, clock.now());
    const { claim } = (await patient.claim(sent[0] as WorkMessage)) as { readonly claim: Claim };
    await patient.add(REQUEST, clock.now());
    state.isDown = true;
    const released = patient.release(claim);
    await passes(clock, 20 * SECOND);
    expect(sent).toHaveLength(1);
    state.isDown = false;
    await passes(clock, 5 * SECOND);
    await released;
    expect(sent).toHaveLength(2);
    expect(await patient.claim(sent[1] as WorkMessage)).toMatchObject({ state: 'claimed' });
  });

  it.each([
    { given: 'the hold is over', isStopped: false },
    { given: 'the process stops', isStopped: true },
  ])('when $given, then the pass waits no longer', async ({ isStopped }) => {
    const clock = new VirtualClock();
    const down = async () => {
      throw new TransientError('no answer');
    };
    const queue = { release: down, fail: down } as unknown as WorkQueue;
    const patient = createPatientQueue({ queue, timers: clock, isStopped: () => isStopped });
    const claim: Claim = { request: REQUEST, seq: 1, heldUntil: clock.now() + HOLD, failures: 0, putOffs: 0 };
    const [outcome] = await Promise.all([
      patient.release(claim).catch((error: unknown) => String(error)),
      isStopped ? undefined : passes(clock, HOLD),
    ]);
    expect(outcome).toContain('no answer');
  });

  it('when a message cannot be handled for minutes, then it is not given up', async () => {
    const clock = new VirtualClock();
    let isDown = true;
    let handled = 0;
    const handle = async () => {
      if (isDown) throw new TransientError('no answer');
      handled += 1;
      return 'done' as const;
    };
    const lanes = new WorkLanes({ timers: clock, log: aLog(), handle, late: () => undefined });
    await lanes.send({ request: REQUEST, seq: 1 }, 0);
    await passes(clock, 3 * MINUTE);
    isDown = false;
    await passes(clock, 5 * SECOND);
    expect(handled).toBe(1);
    expect(await lanes.redrive()).toBe(0);
  });

  it('when an object changes, then it is added once the store answers', async () => {
    const clock = new VirtualClock();
    const added: Instant[] = [];
    let isDown = false;
    const add = async () => {
      if (isDown) throw new TransientError('no answer');
      added.push(clock.now());
    };
    const cluster = createDirectCluster('c', new Store({ clock }));
    const site = { cluster, controllers: [], namespaces: [] } as never;
    const ports = { queue: { add, rescue: async () => 0 } as unknown as WorkQueue, log: aLog() } as never;
    const feed = new Feed({ site, ports, timers: clock, follow: async () => undefined });
    await feed.open();
    isDown = true;
    feed.changed([aRollout().build()], 'heard');
    await passes(clock, 30 * SECOND);
    expect(added).toEqual([]);
    isDown = false;
    await passes(clock, 5 * SECOND);
    expect(added).toHaveLength(1);
    await feed.close();
  });
});
