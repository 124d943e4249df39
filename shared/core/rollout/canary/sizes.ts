/** The wanted sizes of a canary's ReplicaSets, and whether they are reached. strategies §2.3, §2.4, §2.11. */
import type { CanaryStrategy } from '../../resources/argo.ts';
import type { ReplicaSet } from '../../resources/kubernetes.ts';
import { canaryOf, hasSeparateStable, templateChanged, type Pass } from '../pass.ts';
import { availableOf, sizeOf, sum } from '../replica-sets.ts';
import {
  nextCounts,
  resolveFenceposts,
  targetOf,
  type Counts,
  type Fenceposts,
  type Fleet,
  type Pods,
} from './replica-counts.ts';
import { desiredWeight, MAX_WEIGHT } from './weights.ts';

export function fencepostsOf(pass: Pass): Fenceposts {
  const { maxSurge, maxUnavailable } = canaryOf(pass) ?? {};
  return resolveFenceposts(pass.replicas, maxSurge, maxUnavailable);
}

/** What the ReplicaSets should be next. */
export function nextSizes(pass: Pass): Counts {
  return nextCounts(fleetOf(pass), MAX_WEIGHT);
}

/** What they should be in the end, at the current weight. */
export function targetSizes(pass: Pass): Counts {
  return targetOf(fleetOf(pass), MAX_WEIGHT);
}

function fleetOf(pass: Pass): Fleet {
  const { newest, stable, others } = pass.sets;
  return {
    replicas: pass.replicas,
    // A version that no full status has recorded yet gets nothing (deviation `template-and-replicas-together`).
    weight: templateChanged(pass) ? 0 : desiredWeight(pass),
    fenceposts: fencepostsOf(pass),
    newest: podsOf(newest),
    stable: hasSeparateStable(pass.sets) ? podsOf(stable) : undefined,
    otherSize: sum(others, sizeOf),
  };
}

function podsOf(replicaSet: ReplicaSet | undefined): Pods | undefined {
  return replicaSet && { size: sizeOf(replicaSet), available: availableOf(replicaSet) };
}

/** The pods of the current weight are there: canary grown far enough, stable shrunk, old versions gone. */
export function atDesiredSizes(pass: Pass): boolean {
  const { newest, stable, others } = pass.sets;
  const target = targetSizes(pass);
  const stableSettled =
    !hasSeparateStable(pass.sets) ||
    (sizeOf(stable) === target.stable && (stable?.status?.replicas ?? 0) === target.stable);
  return (
    newest !== undefined && thresholdMet(pass, newest, target.canary) && stableSettled && sum(others, availableOf) === 0
  );
}

/** Enough of the wanted pods are available; how many that is, `replicaProgressThreshold` may say. */
export function thresholdMet(pass: Pass, replicaSet: ReplicaSet, wanted: number): boolean {
  const threshold: CanaryStrategy['replicaProgressThreshold'] = canaryOf(pass)?.replicaProgressThreshold;
  const available = availableOf(replicaSet);
  if (threshold === undefined || threshold.value < 0) return sizeOf(replicaSet) === wanted && available === wanted;
  if (threshold.type === 'Pods') return available >= threshold.value;
  return wanted === 0 || (available / wanted) * 100 >= threshold.value - 1e-10;
}
