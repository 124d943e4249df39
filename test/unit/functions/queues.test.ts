import { NO_POLICY } from '#core/commands/policy.ts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import { TransientError } from '#core/errors.ts';
import { releaseStory } from '#core/messages/story.ts';
import { readHistory } from '#shared/controllers/release-history.ts';
import { readGaps } from '#shared/controllers/reach.ts';
import { MINUTE, SECOND } from '#core/time.ts';
import { createMemoryCursorStore } from '#shared/history/memory-cursor-store.ts';
import type { ReleaseEvent, StoredOrder } from '#shared/ports.ts';
import { notifierFunction } from '../../../functions/notifier/function.ts';
import { ordersFunction } from '../../../functions/orders/function.ts';
import { reconcileFunction } from '../../../functions/reconcile/function.ts';
import { tickFunction } from '../../../functions/tick/function.ts';
import { aContext } from '../../support/lambda-context.ts';
import { CANARY, SUCCESS_RATE } from '../../support/manifests.ts';
import { aLog } from '../../support/quiet-log.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { World } from '../../support/world.ts';

let world: World;

beforeEach(async () => {
  world = new World();
  await world.apply(SUCCESS_RATE, CANARY);
  await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
});
afterEach(() => world.stop());

function aBatch(...bodies: readonly (object | string)[]): { Records: SQSRecord[] } {
  return {
    Records: bodies.map(
      (body, index) =>
        ({ messageId: `m${index}`, body: typeof body === 'string' ? body : JSON.stringify(body) }) as SQSRecord,
    ),
  };
}

const REQUEST = { cluster: 'local', kind: 'Rollout', namespace: 'default', name: 'my-app' } as const;

describe('given the reconcile function', () => {
  it('when one message of a batch is nonsense, then only that one is reported as failed', async () => {
    const reconcile = reconcileFunction(world.engine.ports);
    const stale = { request: REQUEST, seq: 0 };
    const answer = await reconcile(
      aBatch(stale, 'nonsense', { request: { ...REQUEST, kind: 'Pod' }, seq: 1 }),
      aContext(),
    );
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }, { itemIdentifier: 'm2' }] });
  });

  it('when an object is gone, then its message is dealt with', async () => {
    const ports = world.engine.ports;
    const gone = { ...REQUEST, name: 'never-was' };
    const sent: object[] = [];
    const { createTicketQueue } = await import('#shared/queue/ticket-queue.ts');
    const { createMemoryTicketStore } = await import('#shared/queue/memory-ticket-store.ts');
    const queue = createTicketQueue({
      store: createMemoryTicketStore(),
      sender: { send: async (message) => void sent.push(message) },
      clock: world.clock,
      hold: 60 * SECOND,
    });
    await queue.add(gone, world.clock.now());
    const answer = await reconcileFunction({ ...ports, queue })(aBatch(...sent), aContext());
    expect(answer).toEqual({ batchItemFailures: [] });
  });
});

describe('given the orders function', () => {
  const order = (more: Partial<StoredOrder> = {}): StoredOrder => ({
    id: 'o1',
    receivedAt: 0,
    person: 'test:ana',
    rollout: REQUEST,
    order: {
      kind: 'command',
      command: { verb: 'pause', rollout: REQUEST, binding: { uid: '', podHash: '' } },
      actor: { id: 'test:ana', name: 'ana', kind: 'person' },
    },
    state: 'accepted',
    ...more,
  });

  async function aPause(): Promise<StoredOrder> {
    const { metadata, status } = await world.rollout();
    const binding = { uid: metadata.uid, podHash: status?.currentPodHash ?? '' };
    return order({ order: { ...order().order, command: { verb: 'pause', rollout: REQUEST, binding } } });
  }

  it('when an order is delivered twice, then it is applied and answered once', async () => {
    const answers: string[] = [];
    const orders = ordersFunction(world.engine.ports, { answer: async (_order, { says }) => void answers.push(says) });
    await world.engine.ports.orders.accept(await aPause());
    await orders(aBatch({ orderId: 'o1' }), aContext());
    await orders(aBatch({ orderId: 'o1' }), aContext());
    expect((await world.rollout()).spec.paused).toBe(true);
    expect(answers).toEqual(['paused; promote goes on']);
  });

  it('when the answer cannot be delivered, then the order is not repeated', async () => {
    const orders = ordersFunction(world.engine.ports, {
      answer: async () => Promise.reject(new Error('Slack is down')),
    });
    await world.engine.ports.orders.accept(await aPause());
    expect(await orders(aBatch({ orderId: 'o1' }), aContext())).toEqual({ batchItemFailures: [] });
    expect(await world.engine.ports.orders.get('o1')).toMatchObject({ state: 'applied' });
  });

  it('when the policy denies it, then it is refused with the reason, and nothing is touched', async () => {
    const orders = ordersFunction(world.engine.ports, {
      policy: { ...NO_POLICY, rules: [{ effect: 'deny', verbs: ['pause'] }] },
    });
    await world.engine.ports.orders.accept(await aPause());
    await orders(aBatch({ orderId: 'o1' }), aContext());
    expect(await world.engine.ports.orders.get('o1')).toMatchObject({ state: 'refused' });
    expect((await world.rollout()).spec.paused).toBeUndefined();
  });

  it('when the cluster does not answer, then the order stays accepted and its message comes again', async () => {
    await world.engine.ports.orders.accept(await aPause());
    const orders = ordersFunction(world.engine.ports);
    const heal = world.store.intercept({
      before: () => {
        throw new TransientError('no route to the API server');
      },
    });
    expect(await orders(aBatch({ orderId: 'o1' }), aContext())).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm0' }],
    });
    heal();
    expect(await orders(aBatch({ orderId: 'o1' }), aContext())).toEqual({ batchItemFailures: [] });
    expect(await world.engine.ports.orders.get('o1')).toMatchObject({ state: 'applied' });
  });

  it('when the order is unknown, then its message is dropped', async () => {
    expect(await ordersFunction(world.engine.ports)(aBatch({ orderId: 'never' }), aContext())).toEqual({
      batchItemFailures: [],
    });
  });
});

describe('given the notifier function', () => {
  const event: ReleaseEvent = {
    id: 'e1',
    key: REQUEST,
    releaseId: undefined,
    release: undefined,
    transition: { type: 'paused', at: 0, message: 'Paused', details: {} },
  };

  it('when the bus delivers an event twice, then people are told once; when telling fails, then it is told at the next delivery', async () => {
    const told: string[] = [];
    let broken = true;
    const announcer = {
      async announce({ id }: ReleaseEvent) {
        if (broken) throw new Error('Slack is down');
        told.push(id);
      },
    };
    const notify = notifierFunction({
      announcer,
      sent: createMemoryCursorStore(),
      log: aLog(),
      clock: new VirtualClock(),
    });
    const batch = aBatch({ 'detail-type': 'Weir Transition', detail: event });
    expect(await notify(batch, aContext())).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    broken = false;
    await notify(batch, aContext());
    await notify(batch, aContext());
    expect(told).toEqual(['e1']);
  });

  it('when the event is no transition, then it fails, and ends in the dead letters', async () => {
    const notify = notifierFunction({
      announcer: { announce: async () => undefined },
      sent: createMemoryCursorStore(),
      log: aLog(),
      clock: new VirtualClock(),
    });
    const batch = aBatch({ detail: { hello: 1 } }, 'nonsense');
    const failed = [{ itemIdentifier: 'm0' }, { itemIdentifier: 'm1' }];
    expect(await notify(batch, aContext())).toEqual({ batchItemFailures: failed });
  });
});

describe('given the tick function', () => {
  it('when nothing changed, then nothing is added; when an object changed, then it and nothing else', async () => {
    const tick = tickFunction({ ...world.engine.ports, sender: world.engine.orderSender });
    await tick({ id: 't1' }, aContext());
    expect(await tick({ id: 't2' }, aContext())).toEqual({ added: 0, rescued: 0 });
    await world.setImage('my-app:v3');
    expect(await tick({ id: 't3' }, aContext())).toEqual({ added: 1, rescued: 0 });
  });

  it('when an order was accepted and its sender died, then it is sent after 1, 2, 4 … minutes, until it is finished', async () => {
    const { ports } = world.engine;
    const sent: string[] = [];
    const tick = tickFunction({ ...ports, sender: { send: async (id) => void sent.push(id) } });
    const rollout = { cluster: 'local', namespace: 'default', name: 'my-app' };
    const order = { receivedAt: world.clock.now(), person: 'cli:ana', rollout, state: 'accepted' } as const;
    await ports.orders.accept({ ...order, id: 'lost', order: { kind: 'command' } });
    await ports.orders.accept({ ...order, id: 'part of an alert', order: { kind: 'reaction' } });
    const minutes: number[] = [];
    for (let minute = 0; minute <= 9; minute += 1) {
      world.clock.jumpTo(order.receivedAt + minute * MINUTE + 1);
      await tick({ id: `t${minute}` }, aContext());
      if (sent.splice(0).includes('lost')) minutes.push(minute);
    }
    expect(minutes).toEqual([1, 2, 4, 8]);
    await ports.orders.finish('lost', { state: 'applied' });
    world.clock.jumpTo(order.receivedAt + 16 * MINUTE + 1);
    await tick({ id: 'last' }, aContext());
    expect(sent).toEqual([]);
  });

  it('when tickets and orders cannot be read, then what changed goes to the queue all the same', async () => {
    const down = async () => Promise.reject(new TransientError('throttled'));
    const { ports, orderSender } = world.engine;
    const tick = tickFunction({
      ...ports,
      sender: orderSender,
      queue: { ...ports.queue, rescue: down },
      orders: { ...ports.orders, open: down },
    });
    await world.engine.tick();
    await world.setImage('my-app:v3');
    expect(await tick({ id: 't1' }, aContext())).toEqual({ added: 1, rescued: 0 });
  });

  it('when one cluster is down, then the others are followed', async () => {
    const site = world.engine.ports.sites.get('local')!;
    const down = {
      ...site,
      cluster: { ...site.cluster, name: 'down', list: async () => Promise.reject(new TransientError('down')) },
    };
    const sites = new Map([
      ['down', down],
      ['local', site],
    ]);
    const tick = tickFunction({ ...world.engine.ports, sender: world.engine.orderSender, sites });
    await world.engine.tick();
    await world.setImage('my-app:v3');
    expect(await tick({ id: 't1' }, aContext())).toMatchObject({ added: 1 });
    expect(world.said.filter(({ message }) => message === 'Kind not followed').length).toBeGreaterThan(0);
    const unreached = world.said.filter(({ message }) => message === 'Cluster not reached');
    expect(unreached.map(({ fields }) => fields['cluster'])).toEqual(['down']);
    const { cursors } = world.engine.ports;
    expect(await readGaps('down', cursors)).toEqual([{ from: world.clock.now(), reason: 'down' }]);
    expect(await readGaps('local', cursors)).toEqual([]);
  });

  it('when a cluster answers again, then its gap ends, and the history of the release that it touched tells of it', async () => {
    const { ports } = world.engine;
    await world.setImage('my-app:v3');
    await world.passes(10 * SECOND);
    const site = ports.sites.get('local')!;
    const down = async () => Promise.reject(new TransientError('connection refused'));
    const watch = () => {
      throw new TransientError('connection refused');
    };
    const silent = new Map([['local', { ...site, cluster: { ...site.cluster, list: down, watch } }]]);
    await tickFunction({ ...ports, sender: world.engine.orderSender, sites: silent })({ id: 't1' }, aContext());
    const [from, to] = [world.clock.now(), world.clock.now() + 5 * SECOND];
    await world.passes(5 * SECOND);
    await tickFunction({ ...ports, sender: world.engine.orderSender })({ id: 't2' }, aContext());
    const [newest] = await readHistory({ cluster: 'local', namespace: 'default', name: 'my-app' }, 1, ports);
    expect(newest?.gaps).toEqual([{ from, to, reason: 'connection refused' }]);
    expect(releaseStory(newest!)).toContain('its cluster gave no answer (connection refused)');
  });

  it('when the place of a watch is lost (410), then everything of that kind is listed', async () => {
    const tick = tickFunction({ ...world.engine.ports, sender: world.engine.orderSender });
    await tick({ id: 't1' }, aContext());
    await world.setImage('my-app:v3');
    world.store.compact();
    expect(await tick({ id: 't2' }, aContext())).toMatchObject({ added: expect.any(Number) });
    await world.passes(30 * SECOND);
    expect((await world.releases())[0]).toMatchObject({ revision: 2 });
  });
});
