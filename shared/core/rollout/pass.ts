/** One pass over a Rollout: what was read, what has been decided so far, and the questions that every part asks. */
import type {
  BlueGreenStrategy,
  CanaryStrategy,
  Experiment,
  Rollout,
  RolloutStatus,
  TrafficWeights,
} from '../resources/argo.ts';
import type { ReplicaSet } from '../resources/kubernetes.ts';
import type { Instant } from '../time.ts';
import { adoptReplicaSets } from './adoption.ts';
import { Changes } from './changes.ts';
import { findCondition, setCondition } from './conditions.ts';
import { currentRunsOf, type CurrentRuns } from './current-runs.ts';
import { stepHash } from './hash.ts';
import { PauseDraft } from './pause.ts';
import { hashOf, sortReplicaSets, type ReplicaSets } from './replica-sets.ts';
import { isWithinDeadline } from './scale-down.ts';
import type { RolloutSnapshot } from './snapshot.ts';

export interface Pass {
  readonly snapshot: RolloutSnapshot;
  readonly now: Instant;
  readonly rollout: Rollout;
  /** As stored; many rules read this and not the status being computed (strategies, hazard 1). */
  readonly stored: RolloutStatus;
  /** `spec.replicas`, R. */
  readonly replicas: number;
  /** Of the steps as they are now: what `currentStepHash` becomes. Nothing but a canary asks for it. */
  readonly stepHash: string;
  readonly changes: Changes;
  readonly pause: PauseDraft;
  /** As edited so far in this pass. */
  readonly sets: ReplicaSets;
  /** The newest ReplicaSet was still waiting for its scale-down deadline when the pass began. */
  readonly newestWithinDelay: boolean;
  /** Analysis runs by kind; parts of the pass replace it. */
  runs: CurrentRuns;
  /** A run that is needed cannot be made: the pass ends there, so that nothing moves without its analysis. */
  lacksRun: boolean;
  /** The load balancers have the pods behind the active Service; verification replaces it. */
  targetsVerified: boolean;
  /** What the traffic routers were told last; traffic routing replaces it. */
  weights: TrafficWeights | undefined;
  /** What the load balancers are called, by Ingress, once it is known. */
  albs: readonly NonNullable<RolloutStatus['alb']>[];
  /** The Experiment of the current step; the experiment step replaces it. */
  experiment: Experiment | undefined;
}

export function beginPass(snapshot: RolloutSnapshot): Pass {
  const { rollout, now } = snapshot;
  const changes = new Changes();
  const owned = adoptReplicaSets(rollout, snapshot.replicaSets, changes);
  const sets = sortReplicaSets(rollout, owned);
  let draft = { sets: edited(sets, changes), edits: changes.edits };
  const stored = withFoundReplicaSet(withNewestWish(rollout.status ?? {}), sets.newest, now);
  return {
    snapshot,
    now,
    rollout,
    stored,
    replicas: replicasOf(rollout),
    stepHash: stepHash(rollout.spec.strategy?.canary?.steps),
    changes,
    pause: new PauseDraft(stored),
    get sets() {
      if (draft.edits !== changes.edits) draft = { sets: edited(sets, changes), edits: changes.edits };
      return draft.sets;
    },
    newestWithinDelay: sets.newest !== undefined && isWithinDeadline(sets.newest, now),
    runs: currentRunsOf(rollout, stored, snapshot.analysisRuns),
    lacksRun: false,
    targetsVerified: true,
    weights: stored.canary?.weights,
    albs: stored.albs ?? [],
    experiment: currentExperimentOf(stored, snapshot.experiments),
  };
}

/** The one that the status names. */
function currentExperimentOf(
  { canary }: RolloutStatus,
  experiments: readonly Experiment[] = [],
): Experiment | undefined {
  return experiments.find(({ metadata }) => metadata.name === canary?.currentExperiment);
}

/**
 * An abort that no pass has recorded yet came after the wish for a full promotion, and wins (deviation
 * `abort-after-full-promotion`). One that was recorded came before it: then the promotion is the way out of the abort.
 */
function withNewestWish(stored: RolloutStatus): RolloutStatus {
  const { promoteFull, ...others } = stored;
  return promoteFull === true && stored.abort === true && stored.abortedAt === undefined ? others : stored;
}

/** The stored conditions; a ReplicaSet that was found, not made, starts the progress clock. engine §5.2 step 6. */
function withFoundReplicaSet(stored: RolloutStatus, newest: ReplicaSet | undefined, now: Instant): RolloutStatus {
  if (newest === undefined || findCondition(stored.conditions, 'Progressing') !== undefined) return stored;
  const message = `Found new replica set "${newest.metadata.name}"`;
  const condition = { type: 'Progressing', status: 'True', reason: 'FoundNewReplicaSet', message } as const;
  return { ...stored, conditions: setCondition(stored.conditions, condition, now).conditions };
}

function edited(sets: ReplicaSets, changes: Changes): ReplicaSets {
  const current = (replicaSet: ReplicaSet) => changes.current(replicaSet);
  return {
    newest: sets.newest && current(sets.newest),
    stable: sets.stable && current(sets.stable),
    older: sets.older.map(current),
    others: sets.others.map(current),
    all: sets.all.map(current),
  };
}

export function replicasOf(rollout: Rollout): number {
  return rollout.spec.replicas ?? 1;
}

export function canaryOf(pass: Pass): CanaryStrategy | undefined {
  return pass.rollout.spec.strategy?.canary;
}

export function blueGreenOf(pass: Pass): BlueGreenStrategy | undefined {
  return pass.rollout.spec.strategy?.blueGreen;
}

/** Hash of the newest ReplicaSet: what `currentPodHash` becomes. */
export function newestHash(pass: Pass): string {
  return hashOf(pass.sets.newest);
}

/** As stored: `stableRS` is `currentPodHash`. True when both are empty. */
export function isFullyPromoted(status: RolloutStatus): boolean {
  return (status.stableRS ?? '') === (status.currentPodHash ?? '');
}

/** A stable ReplicaSet exists and is not the newest. */
export function hasSeparateStable(sets: ReplicaSets): boolean {
  return sets.stable !== undefined && hashOf(sets.stable) !== hashOf(sets.newest);
}

export function isAborted(pass: Pass): boolean {
  return pass.pause.aborted;
}

/** The template has changed since the last full status. engine §8.7. */
export function templateChanged(pass: Pass): boolean {
  const recorded = pass.stored.currentPodHash ?? '';
  return recorded !== '' && recorded !== newestHash(pass);
}
