/** Many AnalysisRuns at once: is each measurement taken when it is due, and what does that cost? */
import { setTimeout as sleep } from 'node:timers/promises';
import { ARGO_API_VERSION, isCompleted, type AnalysisRun } from '#core/resources/argo.ts';
import { eventually } from '../../cluster/support/processes.ts';
import type { Running } from './contenders.ts';
import type { MetricsSource } from './metrics-source.ts';
import { analysisRun } from './objects.ts';
import { quantile } from './quantiles.ts';
import { names, scaled, type Figure, type Row, type Stage } from './row.ts';
import { Scene } from './scene.ts';

const RUNS = 1_000;
const METRICS = 3;
const COUNT = 12;
const INTERVAL_SECONDS = 10;
/** So long after the last run was made all measurements should have been taken; what is missing then is told. */
const WITHIN_SECONDS = 200;

export const ANALYSIS: Row = {
  name: 'analysis',
  work: `${RUNS} AnalysisRuns × ${METRICS} metrics × ${INTERVAL_SECONDS} s × ${COUNT}, each query its own`,
  measure: (stage) => measure(stage, false),
};

export const COALESCED: Row = {
  name: 'coalesced',
  work: 'the same, all asking one and the same query',
  measure: (stage) => measure(stage, true),
};

const queryOf = (run: string, index: number): string => `${run} m${index}`;

async function measure(stage: Stage, isShared: boolean): Promise<readonly Figure[]> {
  const { facts, source, contender } = stage;
  const scene = await Scene.open(facts, 'analysis', []);
  const running = await contender.start({ facts, namespace: scene.namespace, source: source.host });
  try {
    source.forget();
    const before = await stateOf(running);
    const runs = names('run', scaled(RUNS, stage));
    const created = runs.map((name) => {
      const queries = Array.from({ length: METRICS }, (_, index) => (isShared ? 'up' : queryOf(name, index)));
      const options = { source: source.host, intervalSeconds: INTERVAL_SECONDS, count: COUNT };
      return analysisRun({ namespace: scene.namespace, name }, queries, options);
    });
    const startedAt = Date.now();
    await scene.create(created);
    const createdIn = (Date.now() - startedAt) / 1_000;
    const expected = runs.length * METRICS * COUNT;
    const taken = await untilTaken(scene, expected);
    const after = await stateOf(running);
    return [
      ...(isShared ? [] : latenessFigures(source)),
      { what: 'measurements missing', value: expected - taken, unit: '', aim: 0 },
      { what: 'CPU per 1,000 measurements', value: (after.cpu - before.cpu) / (taken / 1_000), unit: 's', aim: 0.9 },
      { what: 'peak RSS', value: running.cost().peakResidentMb, unit: 'MB', aim: 160 },
      { what: 'API writes per measurement', value: (after.writes - before.writes) / taken, unit: '', aim: 0.34 },
      { what: 'API requests per measurement', value: (after.all - before.all) / taken, unit: '' },
      { what: 'queries sent', value: queriesOf(source), unit: '', ...(isShared ? { aim: 400 } : {}) },
      { what: 'connections opened to the metrics', value: source.connections, unit: '' },
      { what: 'time to create the runs', value: createdIn, unit: 's' },
    ];
  } finally {
    await running.stop();
    await scene.close();
  }
}

interface State {
  readonly cpu: number;
  readonly all: number;
  readonly writes: number;
}

async function stateOf(running: Running): Promise<State> {
  return { cpu: running.cost().cpuSeconds, ...(await running.requests()) };
}

/**
 * Looks when all should be done, and now and then from there: listing so much costs the API server as much as the work itself,
 * and this process, which answers the questions, too. @returns how many were taken
 */
async function untilTaken(scene: Scene, expected: number): Promise<number> {
  const until = Date.now() + WITHIN_SECONDS * 1_000;
  await sleep(COUNT * INTERVAL_SECONDS * 1_000);
  for (;;) {
    const runs = await finalRuns(scene);
    const taken = runs.reduce((sum, run) => sum + measurementsOf(run), 0);
    if (taken >= expected && runs.every(({ status }) => isCompleted(status?.phase))) return taken;
    if (Date.now() > until) return taken;
    await sleep(5_000);
  }
}

/** A server that has too much to do answers later. */
function finalRuns({ cluster, namespace }: Scene): Promise<readonly AnalysisRun[]> {
  const query = { apiVersion: ARGO_API_VERSION, kind: 'AnalysisRun', namespace };
  return eventually('the runs are listed', async () => (await cluster.list<AnalysisRun>(query)).items);
}

function measurementsOf({ status }: AnalysisRun): number {
  return (status?.metricResults ?? []).reduce((sum, { count = 0 }) => sum + count, 0);
}

function queriesOf({ asked }: MetricsSource): number {
  return [...asked.values()].reduce((sum, times) => sum + times.length, 0);
}

function latenessFigures(source: MetricsSource): readonly Figure[] {
  const late = [...source.asked.values()].flatMap(latenessOf);
  return [
    { what: 'lateness p50', value: quantile(late, 0.5), unit: 's' },
    { what: 'lateness p99', value: quantile(late, 0.99), unit: 's', aim: 0.1 },
    { what: 'lateness, worst', value: quantile(late, 1), unit: 's' },
  ];
}

/**
 * A measurement is due an interval after the end of the one before, which is when it was asked for: the source answers at
 * once. The status has whole seconds only; both controllers reckon more finely while they run.
 */
function latenessOf(arrivals: readonly number[]): readonly number[] {
  return arrivals
    .slice(1)
    .map((arrival, index) => Math.max(0, arrival - arrivals[index]! - INTERVAL_SECONDS * 1_000) / 1_000);
}
