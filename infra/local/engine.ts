/** The functions of Weir in one process: the very handlers that Lambda runs, on in-process queues, bus and schedule. */
import { TransientError } from '#core/errors.ts';
import { MINUTE, SECOND, type Millis } from '#core/time.ts';
import type { AlertPolicy } from '#core/alerts/policy.ts';
import type { Policy } from '#core/commands/policy.ts';
import type { Verdict } from '#core/commands/command.ts';
import type { LambdaPorts } from '#shared/lambda.ts';
import type { Logger } from '#shared/logger.ts';
import type {
  Announcer,
  CursorStore,
  DeadLetters,
  OrderSender,
  OrderStore,
  Ports,
  RunHistory,
  Site,
  StoredOrder,
} from '#shared/ports.ts';
import { createTicketQueue } from '#shared/queue/ticket-queue.ts';
import type { TicketStore } from '#shared/queue/ticket-store.ts';
import { notifierFunction } from '../../functions/notifier/function.ts';
import { ordersFunction } from '../../functions/orders/function.ts';
import { reconcileFunction } from '../../functions/reconcile/function.ts';
import { tickFunction } from '../../functions/tick/function.ts';
import { createLocalBus, type BusEvent, type LocalBus } from './bus.ts';
import type { Timers } from './clock.ts';
import { localContext } from './context.ts';
import { LocalQueue, toRecord } from './queue.ts';

export interface EngineParts {
  readonly timers: Timers;
  readonly sites: ReadonlyMap<string, Site>;
  readonly tickets: TicketStore;
  readonly history: RunHistory;
  readonly cursors: CursorStore;
  readonly orders: OrderStore;
  readonly announcer: Announcer;
  /** Told by a rule of its own: one that is slow does not hold up the other. */
  readonly cards?: Announcer;
  readonly log: Logger;
  readonly policy?: Policy;
  readonly alerts?: AlertPolicy;
  /** Function timeout < hold < visibility, on the clock of the timers. */
  readonly hold?: Millis;
  readonly answer?: (order: StoredOrder, verdict: Verdict) => Promise<void>;
}

export interface Engine {
  readonly ports: Ports & LambdaPorts;
  readonly orderSender: OrderSender;
  readonly work: LocalQueue;
  readonly ordersQueue: LocalQueue;
  readonly deadLetters: DeadLetters;
  /** What was published until now has been told by the announcer. */
  told(): Promise<void>;
  /** One tick now, as the schedule makes one every minute. */
  tick(): Promise<void>;
  /** The schedule runs from now on. */
  start(): void;
  /** Passes, orders and the tick in hand are finished; then nothing runs any more. */
  stop(): Promise<void>;
}

const CONCURRENCY = 8;

export function createEngine(parts: EngineParts): Engine {
  const { timers, hold = 2 * MINUTE } = parts;
  const visibility = hold + 30 * SECOND;
  const work = new LocalQueue({
    name: 'work',
    timers,
    visibility,
    concurrency: CONCURRENCY,
    consume: (event) => reconcile(event, localContext('reconcile')),
  });
  const ordersQueue = new LocalQueue({
    name: 'orders',
    timers,
    visibility,
    concurrency: 1,
    consume: (event) => orders(event, localContext('orders')),
  });
  const sender = { send: async (message: object, delay: Millis) => work.send(JSON.stringify(message), delay) };
  const bus = createBuses(parts);
  const ports = {
    clock: timers,
    sites: parts.sites,
    queue: createTicketQueue({ store: parts.tickets, sender, clock: timers, hold }),
    history: parts.history,
    bus,
    cursors: parts.cursors,
    orders: parts.orders,
    log: parts.log,
  } satisfies Ports;
  const reconcile = reconcileFunction(ports);
  const orders = ordersFunction(ports, ordersOptions(parts));
  const orderSender = {
    send: async (orderId: string, lane?: string) => ordersQueue.send(JSON.stringify({ orderId }), 0, lane),
  };
  const schedule = createSchedule(timers, tickFunction({ ...ports, sender: orderSender }));
  return {
    ports,
    orderSender,
    work,
    ordersQueue,
    deadLetters: { redrive: async () => work.redrive() + ordersQueue.redrive() },
    told: () => bus.told(),
    ...schedule,
    async stop() {
      await schedule.stop();
      await Promise.all([work.stop(), ordersQueue.stop()]);
      await bus.stop();
    },
  };
}

/** One bus with a rule per announcer, each with a notifier and a memory of what it told. */
function createBuses({ announcer, cards, cursors, timers, log }: EngineParts): LocalBus {
  const notifying = (to: Announcer, sent: CursorStore) =>
    createLocalBus(timers, throughQueue(notifierFunction({ announcer: to, sent, log, clock: timers })));
  const first = notifying(announcer, cursors);
  if (cards === undefined) return first;
  const second = notifying(cards, {
    get: async (name) => cursors.get(`cards/${name}`),
    set: (name, ...rest) => cursors.set(`cards/${name}`, ...rest),
  });
  return {
    publish: async (events) => void (await Promise.all([first.publish(events), second.publish(events)])),
    told: () => first.told(),
    stop: async () => void (await Promise.all([first.stop(), second.stop()])),
  };
}

/** The notifier is behind a queue of its own: the bus of one process delivers and repeats itself. */
export function throughQueue(notify: ReturnType<typeof notifierFunction>) {
  return async (event: BusEvent): Promise<void> => {
    const record = toRecord({ id: event.id, body: JSON.stringify(event), receives: 1 });
    const { batchItemFailures } = await notify({ Records: [record] }, localContext('notifier'));
    if (batchItemFailures.length > 0) throw new TransientError('not announced');
  };
}

function ordersOptions({ policy, alerts, answer }: EngineParts) {
  return {
    ...(policy === undefined ? {} : { policy }),
    ...(alerts === undefined ? {} : { alerts }),
    ...(answer === undefined ? {} : { answer }),
  };
}

/** EventBridge's rate(1 minute): a tick that fails or is slow does not keep the next one from coming. */
function createSchedule(timers: Timers, handle: ReturnType<typeof tickFunction>) {
  let cancel: (() => void) | undefined;
  let ticks = 0;
  // On a fast clock ticks overlap, as a schedule's may.
  const inHand = new Set<Promise<unknown>>();
  async function tick(): Promise<void> {
    ticks += 1;
    const work = handle({ id: `tick-${ticks}` }, localContext('tick'));
    inHand.add(work);
    await work.finally(() => inHand.delete(work));
  }
  function start(): void {
    cancel = timers.after(MINUTE, start);
    timers.after(0, tick);
  }
  async function stop(): Promise<void> {
    cancel?.();
    await Promise.allSettled(inHand);
  }
  return { tick, start, stop };
}
