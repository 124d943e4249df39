/**
 * The embedded stack, one process: Weir's functions, dynalite on disk, a Kubernetes API with its controllers, and a metrics
 * source, all on one scaled clock and on 127.0.0.1. A second start goes on where the first one stopped.
 */
import { join } from 'node:path';
import { rmSync, writeFileSync } from 'node:fs';
import { messageOf } from '#core/errors.ts';
import { SECOND, type Instant } from '#core/time.ts';
import type { WeirConfig } from '#shared/config.ts';
import { policyOf } from '#shared/policy-of.ts';
import { parseConfig } from '#shared/config-file.ts';
import { createTable } from '#shared/dynamodb/table.ts';
import { createDynamodbCursorStore } from '#shared/history/dynamodb-cursor-store.ts';
import { createDynamodbOrderStore } from '#shared/history/dynamodb-order-store.ts';
import { createDynamodbRunHistory } from '#shared/history/dynamodb-run-history.ts';
import { createKubernetesCluster, kubeConfigFrom, type KubernetesCluster } from '#shared/kubernetes/cluster.ts';
import type { Logger } from '#shared/logger.ts';
import type { Announcer, Cluster, Ports, WorkQueue } from '#shared/ports.ts';
import { createDynamodbTicketStore } from '#shared/queue/dynamodb-ticket-store.ts';
import type { TicketStore } from '#shared/queue/ticket-store.ts';
import { readReleaseOf } from '#shared/controllers/release-history.ts';
import { createCardAnnouncer, type CardOptions } from '#shared/slack/card-announcer.ts';
import { createSlackWebApi } from '#shared/slack/web-api.ts';
import { answerThrough } from '#shared/slack/response-url.ts';
import { ScaledClock } from './clock.ts';
import { loadCredentials, type Credentials } from './credentials.ts';
import { DataFolder } from './data-folder.ts';
import { startDynalite, type LocalDynamodb } from './dynalite.ts';
import { createEngine, type Engine } from './engine.ts';
import { startControllers } from './kubernetes/controllers.ts';
import { kubeconfigFor, startServer } from './kubernetes/server.ts';
import { Store, type StoreDump } from './kubernetes/store.ts';
import { FAILING, HEALTHY } from './metrics/behaviour.ts';
import type { SamplesDump } from './metrics/samples.ts';
import { createMetricsSource } from './metrics/source.ts';
import { simulatedPods } from './simulated-pods.ts';
import { createSite } from '#shared/site.ts';
import { startSlack, type SlackStandIn } from './slack.ts';
import { FAULTY } from './tour/images.ts';
import { webFunctions } from './web-functions.ts';
import { startWebServer } from './web-server.ts';

export interface StackOptions {
  readonly data: string;
  readonly speed: number;
  readonly announcer: Announcer;
  readonly log: Logger;
  /** Of the webhooks and the API; a free one by default. */
  readonly port?: number;
  /** The label under which the simulated pods count the HTTP status. */
  readonly statusLabel?: string;
}

export interface LocalStack {
  readonly clock: ScaledClock;
  readonly cluster: Cluster;
  readonly ports: Ports;
  readonly engine: Engine;
  /** Path of a kubeconfig for the embedded API. */
  readonly kubeconfig: string;
  readonly metricsUrl: string;
  /** Where the webhooks and the API are. */
  readonly url: string;
  readonly credentials: Credentials;
  readonly slack: SlackStandIn;
  /** Keeps everything for the next start; nothing is left running. */
  stop(): Promise<void>;
}

interface StackState {
  readonly now: Instant;
  readonly kubernetes: StoreDump;
  readonly metrics: SamplesDump;
}

/** Where the `weir` CLI finds the running stack. */
const CONNECTION = 'connection.json';

/** A crash loses at most this much of the embedded cluster. */
const SAVE_EVERY_REAL_MS = 2 * SECOND;
/** A pass may take this much real time before another worker takes over. */
const HOLD_REAL_MS = 10 * SECOND;

/**
 * What fails on the way ends what was started before: nothing is left running or locked.
 * @throws InvalidSpecError when the data folder is in use or was written by another Weir
 */
export async function startStack(options: StackOptions): Promise<LocalStack> {
  const parts = new AsyncDisposableStack();
  try {
    return await startParts(options, parts);
  } catch (error) {
    await parts.disposeAsync();
    throw error;
  }
}

async function startParts(options: StackOptions, parts: AsyncDisposableStack): Promise<LocalStack> {
  const folder = new DataFolder(options.data);
  parts.defer(() => folder.unlock());
  const state = folder.load() as StackState | undefined;
  const dynamodb = await startDynalite({ folder: join(folder.path, 'dynamodb') });
  parts.defer(() => dynamodb.stop());
  const clock = new ScaledClock(options.speed, state?.now);
  const embedded = await startEmbedded(clock, state, options);
  parts.defer(() => embedded.stop());
  const kubeconfig = join(folder.path, 'kubeconfig');
  writeFileSync(kubeconfig, embedded.kubeconfig, { mode: 0o600 });
  const cluster = createKubernetesCluster({ name: 'local', kubeConfig: kubeConfigFrom({ file: kubeconfig }) });
  parts.defer(() => cluster.close());
  const credentials = loadCredentials(folder.path);
  const slack = await startSlack(credentials.slackSigningSecret, clock);
  parts.defer(() => slack.stop());
  parts.defer(keepSaving(folder, () => ({ now: clock.now(), ...embedded.dump() }), options.log));
  parts.defer(() => clock.stop());
  const engine = await startEngine(clock, dynamodb, cluster, embedded.config, slack, options);
  parts.defer(() => engine.stop());
  const web = await startWebServer(webFunctions(engine, credentials, slackTell(slack)), options.port);
  parts.defer(() => web.stop());
  slack.connect(`${web.url}/slack`);
  parts.defer(publishConnection(folder.path, { url: web.url, token: credentials.apiToken }));
  const { metricsUrl } = embedded;
  const stop = () => parts.disposeAsync();
  return {
    clock,
    cluster,
    ports: engine.ports,
    engine,
    kubeconfig,
    metricsUrl,
    url: web.url,
    credentials,
    slack,
    stop,
  };
}

/** A crash loses little; a disk that is full for a while costs no more than that. @returns saves a last time */
function keepSaving(folder: DataFolder, state: () => StackState, log: Logger): () => void {
  const saving = setInterval(() => {
    try {
      folder.save(state());
    } catch (error) {
      log.warn('State of the embedded cluster not saved', { error: messageOf(error) });
    }
  }, SAVE_EVERY_REAL_MS);
  return () => {
    clearInterval(saving);
    folder.save(state());
  };
}

/** @returns takes it back */
function publishConnection(folder: string, connection: { url: string; token: string }): () => void {
  const file = join(folder, CONNECTION);
  writeFileSync(file, JSON.stringify(connection), { mode: 0o600 });
  return () => rmSync(file, { force: true });
}

/** The world that Weir works on: a cluster, and the metrics of what runs in it. */
async function startEmbedded(clock: ScaledClock, state: StackState | undefined, { statusLabel }: StackOptions) {
  const store = new Store({ clock }, state?.kubernetes);
  const controllers = startControllers(store, clock, { startDelay: 2 * SECOND, readyDelay: 3 * SECOND });
  const metrics = createMetricsSource({
    timers: clock,
    pods: () => simulatedPods(store),
    behaviourOf: ({ image }) => (image.endsWith(FAULTY) ? FAILING : HEALTHY),
    ...(statusLabel === undefined ? {} : { statusLabel }),
  });
  if (state !== undefined) metrics.load(state.metrics);
  const server = await startServer(store);
  const metricsUrl = await metrics.listen();
  return {
    metricsUrl,
    kubeconfig: kubeconfigFor('weir', server),
    config: localConfig(metricsUrl),
    dump: () => ({ kubernetes: store.dump(), metrics: metrics.dump() }),
    async stop() {
      controllers.stop();
      await metrics.stop();
      await server.close();
    },
  };
}

/** The weir.yaml of the local stack: template addresses stay as written, a rule leads them to the metrics source. */
function localConfig(metricsUrl: string): WeirConfig {
  const config = {
    clusters: [
      {
        name: 'local',
        controllers: ['analysis', 'rollouts'],
        metrics: [{ match: 'http://prometheus:9090', url: metricsUrl }],
      },
    ],
    egress: { loopback: [new URL(metricsUrl).host] },
  };
  return parseConfig(JSON.stringify(config), 'the local configuration');
}

async function startEngine(
  clock: ScaledClock,
  dynamodb: LocalDynamodb,
  cluster: KubernetesCluster,
  { clusters, egress, alerts, ...config }: WeirConfig,
  slack: SlackStandIn,
  { announcer, log, speed }: StackOptions,
): Promise<Engine> {
  const table = createTable(dynamodb.client, dynamodb.tableName);
  const tickets = createDynamodbTicketStore(table, clock);
  const history = createDynamodbRunHistory(table, clock);
  const cursors = createDynamodbCursorStore(table, clock);
  const orders = createDynamodbOrderStore(table);
  const sites = clusters.map((config) => [config.name, createSite(config, cluster, { clock, egress })] as const);
  const engine = createEngine({
    timers: clock,
    sites: new Map(sites),
    tickets,
    history,
    cursors,
    orders,
    announcer,
    cards: cardsIn(slack, { history, cursors, orders, clock, log }),
    log,
    policy: policyOf(config),
    alerts,
    hold: HOLD_REAL_MS * speed,
    answer: async ({ order }, { says }) => {
      const to = order['answerTo'];
      if (typeof to === 'string') await slackTell(slack)(to, says);
    },
  });
  await endDeadHolds(tickets, engine.ports.queue);
  engine.start();
  return engine;
}

/** The channel of the stand-in, through the very client that speaks to Slack. */
function cardsIn({ api: address }: SlackStandIn, ports: CardPorts): Announcer {
  const chat = createSlackWebApi({ token: async () => 'stand-in', log: ports.log, address });
  const tell: CardOptions['tell'] = (releaseId, event) => readReleaseOf(releaseId, event, ports);
  return createCardAnnouncer({ ...ports, chat, channel: '#releases', tell });
}

type CardPorts = Pick<Ports, 'history' | 'cursors' | 'orders' | 'clock' | 'log'>;

function slackTell({ host }: SlackStandIn) {
  return (responseUrl: string, text: string) => answerThrough(responseUrl, text, { hosts: [host] });
}

/** The folder's lock says that nobody else is at work: whoever held an object died with an earlier process. */
async function endDeadHolds(tickets: TicketStore, queue: WorkQueue): Promise<void> {
  for (const { request, ticket } of await tickets.overdue(Number.MAX_SAFE_INTEGER)) {
    if (ticket.hold === undefined) continue;
    const { by: seq, until: heldUntil } = ticket.hold;
    await queue.fail({ request, seq, heldUntil, failures: ticket.failures, putOffs: ticket.putOffs ?? 0 });
  }
}
