/** How many passes over a Rollout one core decides per second. Prints; the numbers are for people, no test depends on them. */
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
  readonly decisionsPerSecond: number;
}

const STEPS = [setWeight(20), pause(), setWeight(60), pause(60)];
const BATCH = 200;

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

/** Each situation for about so long, after a warm-up of the same length. */
export function benchDecisions(milliseconds = 500): readonly DecisionBench[] {
  return SITUATIONS.map(([situation, snapshot]) => {
    const seen = snapshot();
    measure(seen, milliseconds);
    return { situation, decisionsPerSecond: measure(seen, milliseconds) };
  });
}

/** By the processor's time: what else the machine does meanwhile does not count. */
function measure(snapshot: RolloutSnapshot, milliseconds: number): number {
  const start = performance.now();
  const before = process.cpuUsage();
  let decisions = 0;
  while (performance.now() - start < milliseconds) {
    for (let count = 0; count < BATCH; count += 1) decideRollout(snapshot);
    decisions += BATCH;
  }
  const { user, system } = process.cpuUsage(before);
  return decisions / ((user + system) / 1e6);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const { situation, decisionsPerSecond } of benchDecisions()) {
    console.log(`${decisionsPerSecond.toFixed(0).padStart(8)} /s  ${situation}`);
  }
}
