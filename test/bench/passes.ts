/**
 * `npm run bench -- passes [--passes N] [--warm-up N] [--store memory|leveldb|dynalite] [--json]`: passes per second through queue, controller,
 * embedded cluster, history, bus and notifier on one core, and what the process and its history grow by in a long run.
 */
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ARGO_API_VERSION, type AnalysisRun, type Rollout } from '#core/resources/argo.ts';
import { objectId } from '#core/history/object-id.ts';
import { MINUTE, SECOND } from '#core/time.ts';
import { handleMessage } from '#shared/controllers/pass.ts';
import { createLogger } from '#shared/logger.ts';
import type { ObjectKey, Ports, WorkMessage } from '#shared/ports.ts';
import { createTicketQueue } from '#shared/queue/ticket-queue.ts';
import { notifierFunction } from '../../functions/notifier/function.ts';
import { createLocalBus } from '../../infra/local/bus.ts';
import { throughQueue } from '../../infra/local/engine.ts';
import { World } from '../support/world.ts';
import { rollout, template } from './cluster/objects.ts';
import { keep, type Kept } from './kept.ts';

const CANARIES = 20;
const INTERVAL_SECONDS = 10;
const NAMESPACE = 'default';
/** Until then the embedded API server fills its memory of 2,000 changes, of which there is one in two passes. */
const WARM_UP_PASSES = '6000';
/** How often the heap is looked at. */
const LOOKS = 10;

interface Figures {
  readonly passes: number;
  readonly passesPerSecond: number;
  readonly cpuMicrosecondsPerPass: number;
  readonly databaseCpuMicrosecondsPerPass: number;
  readonly measurements: number;
  /** From the end of the warm-up, after the garbage was collected. */
  readonly heapGrowthPercent: number;
  /** MB, from the end of the warm-up on, at equal distances. */
  readonly heap: readonly number[];
  readonly historyBytesPerMeasurement: number;
}

export async function benchPasses(words: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      passes: { type: 'string', default: '20000' },
      'warm-up': { type: 'string', default: WARM_UP_PASSES },
      store: { type: 'string', default: 'memory' },
      json: { type: 'boolean', default: false },
    },
  });
  const world = await releasesUnderWay();
  const kept = await keep(values.store, world.clock);
  try {
    const figures = await soak(world, kept, Number(values['warm-up']), Number(values.passes));
    if (values.json) console.log(JSON.stringify({ store: values.store, ...figures }));
    else for (const [what, value] of Object.entries(figures)) console.log(`${String(value).padStart(14)}  ${what}`);
  } finally {
    await world.stop();
    await kept.close();
  }
}

/** Canaries that pause for good while their background analysis measures on. */
async function releasesUnderWay(): Promise<World> {
  const world = new World();
  const names = Array.from({ length: CANARIES }, (_, index) => `app-${index}`);
  const steps = [{ setWeight: 20 }, { pause: {} }];
  const isIn = (phase: string) => async () => {
    const { items } = await world.cluster.list<Rollout>({ apiVersion: ARGO_API_VERSION, kind: 'Rollout' });
    return items.length === names.length && items.every(({ status }) => status?.phase === phase);
  };
  await world.apply(template({ namespace: NAMESPACE, name: 'success' }, 'prometheus:9090', INTERVAL_SECONDS));
  const options = { replicas: 5, steps, templateName: 'success' };
  await world.apply(...names.map((name) => rollout({ namespace: NAMESPACE, name }, options)));
  await world.until('all healthy', isIn('Healthy'));
  for (const name of names) await world.setImage('app:v2', name);
  await world.until('all paused', isIn('Paused'));
  await world.engine.stop();
  return world;
}

async function soak(world: World, kept: Kept, warmUp: number, passes: number): Promise<Figures> {
  const pass = await passesIn(world, kept);
  for (let count = 0; count < warmUp; count += 1) await pass(count);
  const states = [await stateOf(world, kept)];
  for (let count = 1; count <= passes; count += 1) {
    await pass(warmUp + count);
    if (count === passes || count % Math.ceil(passes / LOOKS) === 0) states.push(await stateOf(world, kept));
  }
  return comparing(states[0]!, states.at(-1)!, passes, states);
}

function comparing(before: State, after: State, passes: number, states: readonly State[]): Figures {
  const measurements = after.measurements - before.measurements;
  const megabytes = (bytes: number) => Math.round(bytes / 1e5) / 10;
  return {
    passes,
    passesPerSecond: Math.round(passes / (after.at - before.at)),
    cpuMicrosecondsPerPass: Math.round((after.cpu - before.cpu) / passes),
    databaseCpuMicrosecondsPerPass: Math.round(((after.databaseCpu - before.databaseCpu) * 1e6) / passes),
    measurements,
    heapGrowthPercent: Math.round((1_000 * (after.heap - before.heap)) / before.heap) / 10,
    heap: states.map(({ heap }) => megabytes(heap)),
    historyBytesPerMeasurement: Math.round((after.bytes - before.bytes) / measurements),
  };
}

/** @returns makes one pass of the next object, as the reconcile function does */
async function passesIn(world: World, kept: Kept): Promise<(count: number) => Promise<void>> {
  /** The newest of each object: the earlier ones are outdated. */
  const messages = new Map<string, WorkMessage>();
  const queue = createTicketQueue({
    store: kept.tickets,
    sender: { send: async (message) => void messages.set(objectId(message.request), message) },
    clock: world.clock,
    hold: 5 * MINUTE,
  });
  const ports = portsOf(world, kept, queue);
  const keys = await keysOf(world);
  return async (count) => {
    const key = keys[count % keys.length];
    if (count % keys.length === 0) await world.clock.advance((INTERVAL_SECONDS + 1) * SECOND);
    if (key === undefined) return;
    await queue.add(key, world.clock.now());
    const message = messages.get(objectId(key));
    if (message !== undefined) await handleMessage(message, ports);
  };
}

/** None of the world's own stores, announcer or log: they remember everything, for tests to look at. */
function portsOf(world: World, { history, orders, cursors }: Kept, queue: Ports['queue']): Ports {
  const { clock } = world;
  const log = createLogger({ service: 'bench', level: 'error' });
  const announcer = { announce: async () => undefined };
  const bus = createLocalBus(clock, throughQueue(notifierFunction({ announcer, sent: cursors, log, clock })));
  return { ...world.engine.ports, queue, history, orders, cursors, bus, log };
}

async function keysOf(world: World): Promise<readonly ObjectKey[]> {
  const listed = await Promise.all(
    (['Rollout', 'AnalysisRun'] as const).map((kind) => world.cluster.list({ apiVersion: ARGO_API_VERSION, kind })),
  );
  return listed.flatMap(({ items }) =>
    items.map(({ kind, metadata: { namespace, name } }) => ({
      cluster: 'local',
      kind: kind as ObjectKey['kind'],
      namespace,
      name,
    })),
  );
}

type State = Awaited<ReturnType<typeof stateOf>>;

async function stateOf(world: World, kept: Kept) {
  const cpu = process.cpuUsage();
  const at = performance.now() / 1_000;
  const { items } = await world.cluster.list<AnalysisRun>({ apiVersion: ARGO_API_VERSION, kind: 'AnalysisRun' });
  const counts = items.flatMap(({ status }) => status?.metricResults ?? []).map(({ count = 0 }) => count);
  return {
    at,
    cpu: cpu.user + cpu.system,
    databaseCpu: kept.databaseCpuSeconds(),
    heap: heapAfterCollection(),
    bytes: kept.bytes(),
    measurements: counts.reduce((sum, count) => sum + count, 0),
  };
}

function heapAfterCollection(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}
