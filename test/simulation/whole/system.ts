/**
 * The whole of Weir in one seeded world: the very handlers that Lambda runs, each invocation a process of its own, over
 * stores and a Kubernetes cluster in memory. No HTTP, no real time.
 */
import { ConflictError, DeniedError, InvalidSpecError, TransientError } from '#core/errors.ts';
import { MINUTE, SECOND, type Instant, type Millis } from '#core/time.ts';
import type { AlertPolicy } from '#core/alerts/policy.ts';
import { DEFAULT_ALERT_POLICY } from '#core/alerts/policy.ts';
import type { Command } from '#core/commands/command.ts';
import { detailOf } from '#shared/events/detail.ts';
import { createMemoryCursorStore } from '#shared/history/memory-cursor-store.ts';
import { createMemoryOrderStore } from '#shared/history/memory-order-store.ts';
import { createMemoryRunHistory } from '#shared/history/memory-run-history.ts';
import type { LambdaPorts } from '#shared/lambda.ts';
import type { Clock, OrderSender, Ports, ReleaseEvent, StoredOrder } from '#shared/ports.ts';
import { createMemoryTicketStore } from '#shared/queue/memory-ticket-store.ts';
import { createTicketQueue } from '#shared/queue/ticket-queue.ts';
import type { Chat } from '#shared/slack/chat.ts';
import { startControllers } from '../../../infra/local/kubernetes/controllers.ts';
import { createDirectCluster } from '../../../infra/local/kubernetes/direct-cluster.ts';
import { Store } from '../../../infra/local/kubernetes/store.ts';
import { aLog } from '../../support/quiet-log.ts';
import { CALM, Crash, createProcess, deliveries, type Process, type Weather } from '../faults.ts';
import type { Random } from '../random.ts';
import type { Scheduler } from '../scheduler.ts';
import { BUGS, type Bug, type Core } from './bugs.ts';
import { createChat } from './chat.ts';
import { troubledCluster } from './cluster.ts';
import { troubledMetrics, type Outage } from './metrics.ts';
import { observe, type Observer } from './observer.ts';
import { watchAsks } from './heard.ts';
import { laggingPort, type Answers } from './lag.ts';
import { rollingStores } from './other-version.ts';
import type { Skewed } from './promptness.ts';
import { rememberPast } from './past.ts';
import { createRecorded } from './recorded.ts';
import { manifestsOf, type Scenario } from './scenario.ts';
import { troubledPort, type Troubled } from './trouble.ts';

/** What changes nothing, and what of it is read through an index of the table. */
const READS = {
  history: ['latest', 'release', 'releases', 'releasesOfDay', 'transitions'],
  orders: ['get', 'open', 'ofPerson', 'ofRollout'],
} as const;
const BY_INDEX = { history: ['releases', 'releasesOfDay'], orders: ['open', 'ofPerson', 'ofRollout'] } as const;

const HOLD: Millis = MINUTE;
const VISIBILITY: Millis = 90 * SECOND;
const MAX_RECEIVES = 5;
export const ALERTS: AlertPolicy = DEFAULT_ALERT_POLICY;

/** All that an invocation is given. */
export type View = Ports &
  LambdaPorts & { readonly sender: OrderSender; readonly chat: Chat; readonly process: Process };

export type QueueName = 'work' | 'orders' | 'events';

/** Handles one message. @throws to have it delivered again */
export type Consumer = (body: string, view: View) => Promise<void>;

export interface SystemParts {
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly scenario: Scenario;
  readonly bug: Bug | undefined;
  readonly consumers: Readonly<Record<QueueName, Consumer>>;
}

export type System = ReturnType<typeof createSystem>;

export function createSystem({ random, scheduler, scenario, bug, consumers }: SystemParts) {
  const weather: Weather = { current: CALM };
  const outage: Outage = { current: false };
  const busDown: Outage = { current: false };
  const slackDown: Outage = { current: false };
  const store = new Store({ clock: scheduler, seed: 'simulation' });
  const observer = observe(store, scheduler, scenario);
  const asks = watchAsks(scheduler, observer);
  const past = rememberPast(store, scheduler);
  startControllers(store, scheduler, {
    startDelay: SECOND,
    readyDelay: 2 * SECOND,
    badImages: new Set(['shop:v-stuck']),
  });
  const { history, recorded } = createRecorded(createMemoryRunHistory(), observer);
  const { orders, accepted } = rememberingOrders(observer);
  const sound: Core = {
    tickets: createMemoryTicketStore(),
    history,
    orders,
    cluster: createDirectCluster('prod', store),
    queueOf: (queue) => queue,
  };
  const core = bug === undefined ? sound : BUGS[bug](sound);
  const cursors = createMemoryCursorStore();
  const chat = createChat(scheduler);
  const told: ReleaseEvent[] = [];
  const deadLetters: { readonly queue: QueueName; readonly body: string }[] = [];
  /** How far each of three hosts' clocks is off. */
  const skews = [0, 0, 0];
  const skewed: Skewed = { most: 0 };
  const deployment = rollingStores(random, core);
  /** What indexes answered last. */
  const answers: Answers = new Map();
  let processes = 0;

  /** Start a process of its own. @returns undefined when it crashed */
  async function run<T>(kind: string, program: (view: View) => Promise<T>): Promise<T | undefined> {
    processes += 1;
    const process = createProcess(`${kind}-${processes}`, scheduler, random, weather);
    return process.run(() => program(viewOf(process)).catch((error: unknown) => failed(process, error)));
  }

  /** As Lambda sees it: this invocation failed. What is none of the four errors is a bug of Weir. */
  function failed(process: Process, error: unknown): undefined {
    if (error instanceof Crash) throw error;
    scheduler.note(`${process.name} fails: ${String(error)}`);
    if (!isExpected(error)) observer.expect(false, `unknown error: ${stackOf(error)}`);
    return undefined;
  }

  function logOf(process: Process): LambdaPorts['log'] {
    return {
      ...aLog(),
      error(message, { cause, error } = {}) {
        if (cause instanceof Crash) return;
        scheduler.note(`${process.name}: ${message}: ${stackOf(cause ?? error)}`);
        observer.expect(false, `${message}: ${stackOf(cause ?? error)}`);
      },
    };
  }

  function viewOf(process: Process): View {
    const troubled: Troubled = { process, random, weather, scheduler };
    const host = Math.floor(random.next() * skews.length);
    const clock: Clock = { now: () => scheduler.now() + skews[host]! };
    const { tickets, history: shown } = deployment.seen();
    const lagging = <Port extends object>(port: Port, methods: readonly (keyof Port)[]) =>
      laggingPort(port, methods, answers, troubled);
    const queueParts = {
      store: troubledPort('tickets', lagging(tickets, ['overdue']), ['read', 'overdue'], troubled),
      sender: troubledPort(
        'queue',
        { send: async (message: object, delay: Millis) => send('work', message, delay) },
        [],
        troubled,
      ),
      clock,
      hold: HOLD,
    };
    const site = {
      cluster: troubledCluster(core.cluster, past, observer, troubled),
      controllers: ['analysis', 'rollouts'],
      namespaces: [],
      providers: troubledMetrics(store, outage, troubled),
    } as const;
    return {
      process,
      clock,
      log: logOf(process),
      sites: new Map([['prod', site]]),
      queue: asks.watch(core.queueOf(createTicketQueue(queueParts))),
      history: troubledPort('history', lagging(shown, BY_INDEX.history), READS.history, troubled),
      cursors: troubledPort('cursors', cursors, ['get'], troubled),
      orders: troubledPort('orders', lagging(core.orders, BY_INDEX.orders), READS.orders, troubled),
      bus: troubledPort('bus', { publish }, [], troubled),
      sender: troubledPort('sender', { send: async (orderId: string) => send('orders', { orderId }, 0) }, [], troubled),
      chat: troubledPort('chat', reachable(chat, slackDown), ['find'], troubled, { deadline: 10 * SECOND }),
    };
  }

  async function publish(events: readonly ReleaseEvent[]): Promise<void> {
    if (busDown.current) throw new TransientError('the bus is down');
    told.push(...events);
    for (const event of events) send('events', { detail: detailOf(event) }, 0);
  }

  function send(queue: QueueName, message: object, delay: Millis): void {
    const body = JSON.stringify(message);
    for (const arrival of deliveries(delay, random, weather.current)) deliver(queue, body, arrival, 1);
  }

  function deliver(queue: QueueName, body: string, after: Millis, receives: number): void {
    scheduler.spawn(async () => {
      const done = await run(queue, (view) => consumers[queue](body, view).then(() => true));
      if (done === true) return;
      if (receives < MAX_RECEIVES) deliver(queue, body, VISIBILITY, receives + 1);
      else deadLetters.push({ queue, body });
    }, after);
  }

  function redriveDeadLetters(): void {
    for (const { queue, body } of deadLetters.splice(0)) deliver(queue, body, 0, 1);
  }

  return {
    random,
    scheduler,
    scenario,
    weather,
    outage,
    busDown,
    slackDown,
    deployment,
    skews,
    skewed,
    store,
    observer,
    asks,
    core,
    cursors,
    chat,
    told,
    recorded,
    accepted,
    run,
    redriveDeadLetters,
    apply: async () => {
      for (const manifest of manifestsOf(scenario)) await core.cluster.create(manifest);
    },
  };
}

/** Slack, while it is there. */
function reachable(chat: Chat, down: Outage): Chat {
  return new Proxy(chat, {
    get(target, method) {
      if (down.current) return () => Promise.reject(new TransientError('Slack is down'));
      return Reflect.get(target, method) as unknown;
    },
  });
}

function isExpected(error: unknown): boolean {
  const expected = [ConflictError, TransientError, InvalidSpecError, DeniedError];
  return expected.some((each) => error instanceof each);
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** An order store that can be asked for all it ever accepted. */
function rememberingOrders(observer: Observer) {
  const orders = createMemoryOrderStore();
  const ids = new Set<string>();
  return {
    orders: {
      ...orders,
      async accept(order: StoredOrder) {
        if (!ids.has(order.id)) allow(order, observer);
        ids.add(order.id);
        return orders.accept(order);
      },
    },
    accepted: async (): Promise<readonly StoredOrder[]> => {
      const all = await Promise.all([...ids].map((id) => orders.get(id)));
      return all.filter((order) => order !== undefined);
    },
  };
}

/** What is asked binds when it is received: from then on it may happen. */
function allow({ order, person }: StoredOrder, { asked }: Observer): void {
  const command = order['command'] as unknown as Command | undefined;
  const place = `${command?.binding.podHash}/${command?.binding.stepIndex ?? 0}`;
  if (command?.verb === 'promote') asked.promotes.push({ place, person });
  if (command?.verb === 'retry') asked.retries.push(command.binding.podHash);
}

export const START: Instant = Date.UTC(2026, 0, 1);
