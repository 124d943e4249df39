/**
 * `npm run bench -- webhooks [--canaries N] [--rps N] [--json]`: `weir run`, a process of its own on the embedded API server, is sent alerts
 * and slash commands over HTTP. How long until the API server has the patch that aborts, and until Slack is answered; at rest, and while
 * valid requests for other Rollouts come as well.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Rollout } from '#core/resources/argo.ts';
import { startControllers } from '../../infra/local/kubernetes/controllers.ts';
import { createDirectCluster } from '../../infra/local/kubernetes/direct-cluster.ts';
import { kubeconfigFor, startServer } from '../../infra/local/kubernetes/server.ts';
import { Store } from '../../infra/local/kubernetes/store.ts';
import { processClock } from '../../infra/run/process-clock.ts';
import { startWeir, type RunningWeir } from '../cluster/support/controllers.ts';
import { eventually } from '../cluster/support/processes.ts';
import { podTemplate, rollout } from './cluster/objects.ts';
import { costOf } from './cluster/process-cost.ts';
import { quantile } from './cluster/quantiles.ts';
import { names } from './cluster/row.ts';
import { createSenders, type Senders } from './webhook-senders.ts';

const NAMESPACE = 'default';
/** Between two alerts that abort; in the middle of it a slash command. */
const PACE_MS = 200;
/** Those of the background load: none of them is measured. */
const OTHERS = 20;
/** The load is under way before the first is measured. */
const LOAD_BEFORE_MS = 2_000;
const PATIENCE = { within: 300_000 };

interface Figures {
  readonly load: string;
  readonly aborts: number;
  readonly abortP50Ms: number;
  readonly abortP99Ms: number;
  readonly slackAcks: number;
  readonly slackP50Ms: number;
  readonly slackP99Ms: number;
  /** Of the background load: requests sent, and those that were not answered 200. */
  readonly sent: number;
  readonly refused: number;
  readonly cpuSeconds: number;
  readonly seconds: number;
}

export async function benchWebhooks(words: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      canaries: { type: 'string', default: '40' },
      rps: { type: 'string', default: '50' },
      json: { type: 'boolean', default: false },
    },
  });
  const canaries = names('canary', 2 * Number(values.canaries));
  const world = await startWorld();
  try {
    const others = names('other', OTHERS);
    await releaseAll(world, [...canaries, ...others]);
    const half = canaries.length / 2;
    const atRest = await measure(world, canaries.slice(0, half), others, 0);
    const underLoad = await measure(world, canaries.slice(half), others, Number(values.rps));
    tell([atRest, underLoad], values.json);
  } finally {
    await world.stop();
  }
}

function tell(figures: readonly Figures[], asJson: boolean): void {
  if (asJson) console.log(JSON.stringify(figures));
  else for (const each of figures) console.log(lineOf(each));
}

function lineOf({ load, abortP50Ms, abortP99Ms, slackP50Ms, slackP99Ms, ...more }: Figures): string {
  const both = (p50: number, p99: number) => `${p50.toFixed(0).padStart(5)} / ${p99.toFixed(0).padStart(5)} ms`;
  const cost = `${more.cpuSeconds.toFixed(1)} s of CPU in ${more.seconds.toFixed(0)} s, ${more.refused} of ${more.sent} refused`;
  const times = `alert → abort patch ${both(abortP50Ms, abortP99Ms)}   Slack ack ${both(slackP50Ms, slackP99Ms)}`;
  return `${load.padStart(7)}  p50 / p99: ${times}   (${cost})`;
}

interface World {
  readonly store: Store;
  readonly cluster: ReturnType<typeof createDirectCluster>;
  readonly weir: RunningWeir;
  readonly send: Senders;
  readonly rollout: (name: string) => Rollout | undefined;
  readonly stop: () => Promise<void>;
}

async function startWorld(): Promise<World> {
  const parts = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'));
  parts.defer(() => rmSync(folder, { recursive: true }));
  const store = new Store({ clock: processClock });
  store.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  const pods = startControllers(store, processClock, { startDelay: 0, readyDelay: 0 });
  parts.defer(() => pods.stop());
  const server = await startServer(store);
  parts.defer(() => server.close());
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigFor('weir', server));
  const flags = ['--log-level=error'];
  const weir = await startWeir({ folder, kubeconfig }, { controllers: 'analysis,rollouts', namespaces: [], flags });
  parts.defer(() => weir.stop());
  const seen = new Map<string, Rollout>();
  const forget = store.subscribe(({ object }) => {
    if (object.kind === 'Rollout') seen.set(object.metadata.name, object as unknown as Rollout);
  });
  parts.defer(() => forget());
  return {
    store,
    cluster: createDirectCluster('bench', store),
    weir,
    send: createSenders(weir, NAMESPACE),
    rollout: (name) => seen.get(name),
    stop: () => parts.disposeAsync(),
  };
}

/** Canaries that pause for good in the middle of an update. */
async function releaseAll({ cluster, rollout: at }: World, all: readonly string[]): Promise<void> {
  const steps = [{ setWeight: 50 }, { pause: {} }];
  const are = (phase: string) => () => (all.every((name) => at(name)?.status?.phase === phase) ? true : undefined);
  for (const name of all) await cluster.create(rollout({ namespace: NAMESPACE, name }, { replicas: 2, steps }));
  await eventually('all are healthy', are('Healthy'), PATIENCE);
  for (const name of all) {
    const ref = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', namespace: NAMESPACE, name };
    await cluster.patch(ref, { spec: { template: podTemplate(name, 'v2') } });
  }
  await eventually('all pause', are('Paused'), PATIENCE);
}

async function measure(
  world: World,
  canaries: readonly string[],
  others: readonly string[],
  rps: number,
): Promise<Figures> {
  const { store, send, weir } = world;
  const [sentAt, abortedAt] = [new Map<string, number>(), new Map<string, number>()];
  const acks: Promise<number>[] = [];
  const forget = store.subscribe(({ object: { kind, metadata, status } }) => {
    if (kind !== 'Rollout' || (status as Rollout['status'])?.abort !== true || abortedAt.has(metadata.name)) return;
    abortedAt.set(metadata.name, performance.now());
  });
  const load = startLoad(world, others, rps);
  await sleep(LOAD_BEFORE_MS);
  const [cpu, begun] = [costOf(weir.pid ?? 0).cpuSeconds, performance.now()];
  for (const [index, name] of canaries.entries()) {
    sentAt.set(name, performance.now());
    void send.alert(hashed(world, name), 'critical');
    await sleep(PACE_MS / 2);
    acks.push(timed(() => send.slash(`pause ${NAMESPACE}/${others[index % others.length]}`)));
    await sleep(PACE_MS / 2);
  }
  await eventually(
    'all are aborted',
    () => (canaries.every((name) => abortedAt.has(name)) ? true : undefined),
    PATIENCE,
  );
  const cost = { cpuSeconds: costOf(weir.pid ?? 0).cpuSeconds - cpu, seconds: (performance.now() - begun) / 1_000 };
  const [aborts, slack] = [canaries.map((name) => abortedAt.get(name)! - sentAt.get(name)!), await Promise.all(acks)];
  forget();
  return {
    load: rps === 0 ? 'at rest' : `${rps} rps`,
    aborts: aborts.length,
    abortP50Ms: quantile(aborts, 0.5),
    abortP99Ms: quantile(aborts, 0.99),
    slackAcks: slack.length,
    slackP50Ms: quantile(slack, 0.5),
    slackP99Ms: quantile(slack, 0.99),
    ...(await load.stop()),
    ...cost,
  };
}

function hashed({ rollout: at }: World, name: string): { readonly name: string; readonly podHash: string } {
  return { name, podHash: at(name)?.status?.currentPodHash ?? '' };
}

async function timed(request: () => Promise<boolean>): Promise<number> {
  const begun = performance.now();
  // What is not answered well has not been answered in time.
  return (await request()) ? performance.now() - begun : Infinity;
}

/** Sends at its pace whether or not earlier requests have been answered. Half are alerts, that pause or only tell, half slash commands. */
function startLoad(world: World, others: readonly string[], rps: number) {
  const { send } = world;
  const answers: Promise<boolean>[] = [];
  const kinds = [
    (name: string) => send.alert(hashed(world, name), 'warning'),
    (name: string) => send.slash(`status ${NAMESPACE}/${name}`),
    (name: string) => send.alert(hashed(world, name), 'info'),
    (name: string) => send.slash(`pause ${NAMESPACE}/${name}`),
  ];
  const begun = performance.now();
  const timer = setInterval(() => {
    while (answers.length < ((performance.now() - begun) / 1_000) * rps) {
      const name = others[answers.length % others.length]!;
      answers.push(kinds[Math.floor(answers.length / others.length) % kinds.length]!(name));
    }
  }, 5);
  return {
    async stop() {
      clearInterval(timer);
      const all = await Promise.all(answers);
      return { sent: all.length, refused: all.filter((good) => !good).length };
    },
  };
}
