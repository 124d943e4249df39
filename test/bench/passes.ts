/**
 * `npm run bench -- passes [--passes N] [--store memory|leveldb] [--json]`: passes per second through queue, controller, embedded cluster and
 * history on one core, and what the process and its history grow by in a long run.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ARGO_API_VERSION, type AnalysisRun, type Rollout } from '#core/resources/argo.ts';
import { objectId } from '#core/history/object-id.ts';
import { MINUTE, SECOND } from '#core/time.ts';
import { handleMessage } from '#shared/controllers/pass.ts';
import { createLeveldbRunHistory } from '#shared/history/leveldb-run-history.ts';
import { createMemoryRunHistory } from '#shared/history/memory-run-history.ts';
import { LevelStore } from '#shared/leveldb/store.ts';
import type { ObjectKey, Ports, RunHistory, WorkMessage } from '#shared/ports.ts';
import { createMemoryTicketStore } from '#shared/queue/memory-ticket-store.ts';
import { createTicketQueue } from '#shared/queue/ticket-queue.ts';
import { World } from '../support/world.ts';
import { rollout, template } from './cluster/objects.ts';

const CANARIES = 20;
const INTERVAL_SECONDS = 10;
const NAMESPACE = 'default';

interface Figures {
  readonly passes: number;
  readonly passesPerSecond: number;
  readonly cpuMicrosecondsPerPass: number;
  readonly measurements: number;
  /** From a tenth of the way to its end, after the garbage was collected. */
  readonly heapGrowthPercent: number;
  readonly historyBytesPerMeasurement: number;
}

interface Kept {
  readonly history: RunHistory;
  /** On disk. */
  bytes(): number;
  close(): Promise<void>;
}

export async function benchPasses(words: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      passes: { type: 'string', default: '20000' },
      store: { type: 'string', default: 'memory' },
      json: { type: 'boolean', default: false },
    },
  });
  const world = await releasesUnderWay();
  const kept = await open(values.store, world);
  try {
    const figures = await soak(world, kept, Number(values.passes));
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

async function open(store: string, world: World): Promise<Kept> {
  if (store === 'memory') return { history: createMemoryRunHistory(), bytes: () => 0, close: async () => undefined };
  if (store !== 'leveldb') throw new Error(`--store is memory or leveldb, not "${store}"`);
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'));
  const level = await LevelStore.open(folder);
  return {
    history: createLeveldbRunHistory(level, world.clock),
    bytes: () => bytesIn(folder),
    close: async () => {
      await level.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function bytesIn(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

async function soak(world: World, kept: Kept, passes: number): Promise<Figures> {
  /** The newest of each object: the earlier ones are outdated. */
  const messages = new Map<string, WorkMessage>();
  const queue = createTicketQueue({
    store: createMemoryTicketStore({ firstSeq: world.clock.now() }),
    sender: { send: async (message) => void messages.set(objectId(message.request), message) },
    clock: world.clock,
    hold: 5 * MINUTE,
  });
  const ports: Ports = { ...world.engine.ports, queue, history: kept.history };
  const keys = await keysOf(world);
  const pass = async (count: number) => {
    const key = keys[count % keys.length];
    if (count % keys.length === 0) await world.clock.advance((INTERVAL_SECONDS + 1) * SECOND);
    if (key === undefined) return;
    await queue.add(key, world.clock.now());
    const message = messages.get(objectId(key));
    if (message !== undefined) await handleMessage(message, ports);
  };
  const warm = Math.floor(passes / 10);
  for (let count = 0; count < warm; count += 1) await pass(count);
  const before = await stateOf(world, kept);
  for (let count = warm; count < passes; count += 1) await pass(count);
  const after = await stateOf(world, kept);
  const measurements = after.measurements - before.measurements;
  const done = passes - warm;
  return {
    passes: done,
    passesPerSecond: Math.round(done / (after.at - before.at)),
    cpuMicrosecondsPerPass: Math.round((after.cpu - before.cpu) / done),
    measurements,
    heapGrowthPercent: Math.round((1_000 * (after.heap - before.heap)) / before.heap) / 10,
    historyBytesPerMeasurement: Math.round((after.bytes - before.bytes) / measurements),
  };
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

async function stateOf(world: World, kept: Kept) {
  const cpu = process.cpuUsage();
  const at = performance.now() / 1_000;
  const { items } = await world.cluster.list<AnalysisRun>({ apiVersion: ARGO_API_VERSION, kind: 'AnalysisRun' });
  const counts = items.flatMap(({ status }) => status?.metricResults ?? []).map(({ count = 0 }) => count);
  return {
    at,
    cpu: cpu.user + cpu.system,
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
