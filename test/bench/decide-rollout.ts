/** How long one core takes to decide a pass over a Rollout. Prints; the numbers are for people, no test depends on them. */
import { pathToFileURL } from 'node:url';
import { decideRollout } from '#core/rollout/decide.ts';
import { POD_TEMPLATE_HASH } from '#core/resources/keys.ts';
import { hashOf } from '#core/rollout/replica-sets.ts';
import type { RolloutSnapshot } from '#core/rollout/snapshot.ts';
import { anAnalysisRun, aReplicaSet, aRollout, pause, setWeight, T0 } from '../support/builders.ts';
import { RolloutWorld } from '../support/rollout-world.ts';
import { RICH_TEMPLATE } from '../unit/core/rollout/rich-template.ts';

export interface DecisionBench {
  readonly situation: string;
  /** Whether each pass has objects of its own. */
  readonly objects: string;
  /** Microseconds of the processor's time for a pass: of many batches, the one in the middle and the quickest. */
  readonly median: number;
  readonly least: number;
}

const STEPS = [setWeight(20), pause(), setWeight(60), pause(60)];
const BATCH = 25;

/** Nothing to do, found by hash among ten old revisions: what most passes are. */
function idle(): RolloutSnapshot {
  const world = new RolloutWorld(aRollout().replicas(10).canary(STEPS).build(), {
    replicaSets: Array.from({ length: 10 }, (_, index) =>
      aReplicaSet({ version: `old-${index}`, size: 0, revision: index }),
    ),
  });
  world.settle();
  return world.snapshot;
}

/** Pods come and go, and a status is written: among ten ReplicaSets and ten AnalysisRuns of the past. */
function midUpdate(): RolloutSnapshot {
  const old = Array.from({ length: 8 }, (_, index) =>
    aReplicaSet({ version: `old-${index}`, size: 0, desired: 10, revision: index }),
  );
  const world = new RolloutWorld(aRollout().replicas(10).canary(STEPS).build(), { replicaSets: old });
  world.settle();
  world.deploy('v2');
  for (let pass = 0; pass < 5; pass += 1) world.pass();
  const analysisRuns = Array.from({ length: 10 }, (_, index) =>
    anAnalysisRun(`run-${index}`, index % 2 === 0 ? 'Successful' : 'Failed', {
      [POD_TEMPLATE_HASH]: hashOf(old[index % 8]),
    }),
  );
  return { ...world.snapshot, analysisRuns };
}

/** No hash fits, so every template is compared: taking over from another controller. */
function adopting(): RolloutSnapshot {
  const template = (revision: number) => ({
    ...RICH_TEMPLATE,
    metadata: { labels: { app: 'checkout', revision: `${revision}` } },
  });
  const replicaSets = Array.from({ length: 10 }, (_, index) =>
    aReplicaSet({ template: template(index), hash: `foreign${index}`, size: index === 9 ? 10 : 0, revision: index }),
  );
  const rollout = aRollout().replicas(10).template(template(9)).revision(9).canary(STEPS).build();
  return { ...idle(), now: T0, rollout, replicaSets };
}

const SITUATIONS: readonly (readonly [situation: string, snapshot: () => RolloutSnapshot])[] = [
  ['idle, ten old revisions', idle],
  ['in the middle of an update, ten ReplicaSets, ten AnalysisRuns', midUpdate],
  ['adopting ten foreign ReplicaSets with rich templates', adopting],
];

/** A pass over objects just read from an API server (`fresh`), or over those of the pass before (`cached`). */
const OBJECTS = {
  fresh: (snapshot: RolloutSnapshot) => JSON.parse(JSON.stringify(snapshot)) as RolloutSnapshot,
  cached: (snapshot: RolloutSnapshot) => snapshot,
};

/** Each situation, after a warm-up of the same length. */
export function benchDecisions(batches = 200): readonly DecisionBench[] {
  return SITUATIONS.flatMap(([situation, snapshot]) =>
    Object.entries(OBJECTS).map(([objects, made]) => {
      const inputs = Array.from({ length: BATCH }, () => snapshot());
      const measured = () => measure(() => inputs.map(made));
      Array.from({ length: batches }, measured);
      const times = Array.from({ length: batches }, measured).toSorted((a, b) => a - b);
      return { situation, objects, ...middle(times) };
    }),
  );
}

/** Microseconds a pass by the processor's time: what else the machine does meanwhile does not count, but for the caches. */
function measure(read: () => readonly RolloutSnapshot[]): number {
  const snapshots = read();
  const before = process.cpuUsage();
  for (const snapshot of snapshots) decideRollout(snapshot);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / snapshots.length;
}

function middle(sorted: readonly number[]): { readonly median: number; readonly least: number } {
  return { median: sorted[sorted.length >> 1] ?? Number.NaN, least: sorted[0] ?? Number.NaN };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const { situation, objects, median, least } of benchDecisions()) {
    console.log(`${median.toFixed(0).padStart(8)} µs (least ${least.toFixed(0)})  ${objects}: ${situation}`);
  }
}
