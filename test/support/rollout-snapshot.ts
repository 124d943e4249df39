/** One pass on hand-made objects. */
import type { Rollout } from '#core/resources/argo.ts';
import { beginPass, type Pass } from '#core/rollout/pass.ts';
import type { RolloutSnapshot } from '#core/rollout/snapshot.ts';
import { T0 } from './builders.ts';

/** An hour after T0; what is not given does not exist. */
export function snapshotOf(rollout: Rollout, seen: Partial<RolloutSnapshot> = {}): RolloutSnapshot {
  const nothing = {
    replicaSets: [],
    services: [],
    analysisRuns: [],
    analysisTemplates: [],
    clusterAnalysisTemplates: [],
  };
  return { now: T0 + 3_600_000, rollout, ...nothing, ...seen };
}

export function passOf(rollout: Rollout, seen: Partial<RolloutSnapshot> = {}): Pass {
  return beginPass(snapshotOf(rollout, seen));
}
