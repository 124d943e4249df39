/** What the tree of a Rollout is drawn from. */
import type { AnalysisRun, Rollout } from '../../resources/argo.ts';
import type { Pod, ReplicaSet } from '../../resources/kubernetes.ts';
import type { Instant } from '../../time.ts';

export interface RolloutView {
  readonly now: Instant;
  readonly rollout: Rollout;
  readonly replicaSets: readonly ReplicaSet[];
  readonly pods: readonly Pod[];
  readonly analysisRuns: readonly AnalysisRun[];
}
