/** `weir run`: Weir in one process on a real cluster. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { policyOf } from '#shared/policy-of.ts';
import { readReleaseOf } from '#shared/controllers/release-history.ts';
import type { Logger } from '#shared/logger.ts';
import type { Announcer, Log, Site, RollbackRules } from '#shared/ports.ts';
import type { Timers } from '../local/clock.ts';
import { loadCredentials, type Credentials } from '../local/credentials.ts';
import { createSite } from '#shared/site.ts';
import { metricsRoutes, webRoutes } from './addresses.ts';
import { createPersistentAnnouncer } from './announcements.ts';
import { startBackground } from './background.ts';
import { createRunBus } from './bus.ts';
import { Feed } from './feed.ts';
import { MeasurementGuard } from './foreign-measurements.ts';
import { startHttpServer } from './http-server.ts';
import type { RunOptions } from './options.ts';
import { processClock } from './process-clock.ts';
import { Readiness } from './readiness.ts';
import { configure, type RunConfig } from './site.ts';
import type { Stores } from './store-set.ts';
import { openStores } from './stores.ts';
import { createTelemetry, type Telemetry } from './telemetry.ts';
import { createWeirCluster, type WeirCluster } from './weir-cluster.ts';
import { createWork, type Work } from './work.ts';

export interface RunningWeir {
  /** Of webhooks, API and health. */
  readonly url: string;
  readonly metrics: string;
  /** Where the tokens of webhooks and API are. */
  readonly tokens: string;
  readonly readiness: Readiness;
  /** Why it may not go on; never while it may. Rejects when it could not start: TransientError, somebody did not answer. */
  readonly ended: Promise<string>;
  /** Passes and orders in hand are finished; nothing is left running. */
  stop(): Promise<void>;
}

export interface RunIo {
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Logger;
}

/** @throws InvalidSpecError for what is wrong with flags, weir.yaml, kubeconfig or folder */
export async function startRun(options: RunOptions, { environment, log }: RunIo): Promise<RunningWeir> {
  const timers = processClock;
  const config = configure(options, environment);
  const telemetry = createTelemetry(timers.now());
  const readiness = new Readiness();
  const guard = new MeasurementGuard();
  const end = Promise.withResolvers<string>();
  // Who does not wait for the end is not ended by it.
  end.promise.catch(() => undefined);
  let feed: Feed | undefined;
  const cluster = await createWeirCluster({
    config: config.cluster,
    instanceId: options.instanceId,
    timers,
    log,
    onAnswer: telemetry.onAnswer,
    onChange(objects, origin) {
      const foreign = origin === 'heard' ? guard.look(objects) : undefined;
      if (foreign !== undefined) yieldTo(foreign, config, { readiness, log, onEnd: end.resolve });
      feed?.changed(objects, origin);
    },
  });
  mkdirSync(options.data, { recursive: true });
  const stores = await openStores(options, { timers, log });
  const site = whileAlone(createSite(config.cluster, cluster.cluster, { clock: timers, egress: config.egress }), guard);
  const credentials = credentialsOf(options.data, environment);
  const bus = createRunBus(log, await cards(config, environment, stores, { timers, log }));
  const work = createWork({ ...(await workParts(config, credentials)), site, stores, bus, timers, log, telemetry });
  feed = new Feed({ site, ports: work.ports, timers, follow: (kind) => cluster.cached.follow(kind) });
  describe(telemetry, cluster, work, readiness);
  const listen = { host: options.host };
  const { freezes } = policyOf(config);
  const routes = webRoutes({ work, credentials, readiness, alerts: config.alerts, freezes, slack: config.slack });
  const web = await startHttpServer(routes, { ...listen, port: options.port });
  const metrics = await startHttpServer(metricsRoutes(telemetry.exposition, readiness), {
    ...listen,
    port: options.metricsPort,
  });
  const connection = join(options.data, 'connection.json');
  writeFileSync(connection, JSON.stringify({ url: web.url, token: credentials.apiToken }), { mode: 0o600 });
  const background = startBackground(
    { options, config, cluster, stores, work, feed, readiness, guard, log },
    { onEnd: end.resolve, onFailure: end.reject },
  );
  return {
    url: web.url,
    metrics: metrics.url,
    tokens: join(options.data, 'credentials.json'),
    readiness,
    ended: end.promise,
    async stop() {
      readiness.set('process', 'stopping');
      await background.stop();
      await web.stop();
      rmSync(connection, { force: true });
      await stores.close();
      await metrics.stop();
    },
  };
}

async function workParts(config: RunConfig, { rollbackSecret }: Credentials) {
  return { policy: policyOf(config), alerts: config.alerts, rollback: await rollbackRules(config, rollbackSecret) };
}

/** Where a Slack app's bot token is given, releases are told as cards. What only they need is not loaded without. */
async function cards(
  { slack }: RunConfig,
  environment: NodeJS.ProcessEnv,
  stores: Stores,
  { timers, log }: { readonly timers: Timers; readonly log: Log },
): Promise<Announcer | undefined> {
  const token = environment['WEIR_SLACK_TOKEN'];
  if (token === undefined) return undefined;
  const { createSlackWebApi } = await import('#shared/slack/web-api.ts');
  const { createCardAnnouncer } = await import('#shared/slack/card-announcer.ts');
  const announcer = createCardAnnouncer({
    chat: createSlackWebApi({ token: async () => token, log }),
    cursors: stores.cursors,
    clock: timers,
    log,
    channel: slack.channel,
    tell: (releaseId, event) => readReleaseOf(releaseId, event, stores),
  });
  return createPersistentAnnouncer(announcer, timers, log);
}

async function rollbackRules({ rollback }: RunConfig, secret: string): Promise<RollbackRules> {
  const { selfHeal: selfHeals, webhook: url } = rollback;
  if (url === undefined) return { selfHeals };
  const { createRollbackWebhook } = await import('#shared/rollback-webhook.ts');
  return { selfHeals, request: createRollbackWebhook({ url, secret: async () => secret, wallClock: processClock }) };
}

/** Given ones count; the others are made once and kept in the data folder. */
function credentialsOf(folder: string, environment: NodeJS.ProcessEnv): Credentials {
  const made = loadCredentials(folder);
  return {
    apiToken: environment['WEIR_TOKEN'] ?? made.apiToken,
    alertmanagerToken: environment['WEIR_ALERTMANAGER_TOKEN'] ?? made.alertmanagerToken,
    slackSigningSecret: environment['WEIR_SLACK_SIGNING_SECRET'] ?? made.slackSigningSecret,
    rollbackSecret: environment['WEIR_ROLLBACK_SECRET'] ?? made.rollbackSecret,
  };
}

function describe(
  { exposition }: Telemetry,
  { cached }: WeirCluster,
  { lanes, orders }: Work,
  readiness: Readiness,
): void {
  const byKind = (kind: string) => `kind="${kind}"`;
  exposition.gauge('weir_queue_ready', 'Passes that are due and wait.', () =>
    lanes.depths().map(({ kind, ready }) => [byKind(kind), ready]),
  );
  exposition.gauge('weir_passes_running', 'Passes that run now.', () =>
    lanes.depths().map(({ kind, running }) => [byKind(kind), running]),
  );
  exposition.gauge('weir_orders_open', 'Orders accepted and not yet carried out.', () => [['', orders.depth]]);
  exposition.gauge('weir_cached_objects', 'Objects known from watches.', () =>
    [...cached.sizes()].map(([kind, size]) => [byKind(kind), size]),
  );
  exposition.gauge('weir_ready', 'Whether /readyz is green.', () => [['', readiness.reasons().length === 0 ? 1 : 0]]);
}

/** Where somebody else measures, Weir only records from then on. */
function whileAlone(site: Site, guard: MeasurementGuard): Site {
  return {
    ...site,
    get controllers() {
      return guard.isAlone ? site.controllers : [];
    },
  };
}

interface YieldParts {
  readonly readiness: Readiness;
  readonly log: Log;
  onEnd(why: string): void;
}

/** Who moves Rollouts may not look on while another does: then the process ends. */
function yieldTo(who: string, { cluster }: RunConfig, parts: YieldParts): void {
  const what = `${who} wrote measurements here: another controller executes AnalysisRuns`;
  const reason = `${what}. Start Argo's with --analysis-threads 0 (or stop it), then start weir run again`;
  parts.readiness.set('measurements', `stopped executing: ${reason}`);
  parts.log.error('Stopped executing: measurements that Weir did not write', { by: who });
  if (cluster.controllers.includes('rollouts')) parts.onEnd(reason);
}
