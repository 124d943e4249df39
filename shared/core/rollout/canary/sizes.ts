/** The wanted sizes of a canary's ReplicaSets, and whether they are reached. strategies §2.3, §2.4, §2.11. */
import type { CanaryStrategy, TrafficWeights } from '../../resources/argo.ts';
import type { ReplicaSet } from '../../resources/kubernetes.ts';
import { abortDelaySeconds } from '../abort-delay.ts';
import { canaryOf, hasSeparateStable, templateChanged, type Pass } from '../pass.ts';
import { availableOf, sizeOf, sum } from '../replica-sets.ts';
import { currentStep, currentStepIndex, stepsOf } from './current-step.ts';
import { nextCounts, resolveFenceposts, targetOf, type Counts, type Fenceposts, type Fleet } from './replica-counts.ts';
import { routedCounts, type CanaryScale, type RoutedFleet } from './routed-counts.ts';
import { desiredWeight, isAllForNewest, isDynamic, isRouted, maxWeightOf, podsOf } from './weights.ts';

export function fencepostsOf(pass: Pass): Fenceposts {
  const { maxSurge, maxUnavailable } = canaryOf(pass) ?? {};
  return resolveFenceposts(pass.replicas, maxSurge, maxUnavailable);
}

/** What the ReplicaSets should be next. @param weights that the routers have set */
export function nextSizes(pass: Pass, weights: TrafficWeights | undefined): Counts {
  if (isRouted(pass)) return routedCounts(routedFleetOf(pass, weights));
  return nextCounts(fleetOf(pass), maxWeightOf(pass));
}

/** What they should be in the end, at the current weight. */
export function targetSizes(pass: Pass, weights: TrafficWeights | undefined): Counts {
  if (isRouted(pass)) return routedCounts(routedFleetOf(pass, weights));
  return targetOf(fleetOf(pass), maxWeightOf(pass));
}

function routedFleetOf(pass: Pass, weights: TrafficWeights | undefined): RoutedFleet {
  return {
    replicas: pass.replicas,
    maxWeight: maxWeightOf(pass),
    // As for a basic canary (deviation `template-and-replicas-together`).
    weight: templateChanged(pass) ? 0 : desiredWeight(pass),
    scale: canaryScale(pass),
    dynamicStableScale: isDynamic(pass),
    minPods: canaryOf(pass)?.minPodsPerReplicaSet ?? 0,
    aborted: pass.stored.abort === true,
    weights: weights && { canary: weights.canary.weight, stable: weights.stable.weight },
  };
}

/** Of the nearest setCanaryScale at or before the current step, unless pods are to follow the weight. strategies §3.1. */
function canaryScale(pass: Pass): CanaryScale | undefined {
  const leavesAborted = pass.stored.abort === true && abortDelaySeconds(pass) !== undefined;
  if (leavesAborted || templateChanged(pass) || isAllForNewest(pass) || currentStep(pass) === undefined)
    return undefined;
  const reached = stepsOf(pass).slice(0, currentStepIndex(pass) + 1);
  const scale = reached.findLast(({ setCanaryScale }) => setCanaryScale !== undefined)?.setCanaryScale;
  if (scale === undefined || scale.matchTrafficWeight === true) return undefined;
  if (scale.replicas !== undefined) return { replicas: scale.replicas };
  return scale.weight === undefined ? undefined : { weight: scale.weight };
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

/**
 * The pods of the current weight are there: canary grown far enough, stable shrunk (or grown, where it follows its
 * traffic), and old versions gone where pods are the weight.
 */
export function atDesiredSizes(pass: Pass, weights: TrafficWeights | undefined): boolean {
  const { newest, stable, others } = pass.sets;
  const target = targetSizes(pass, weights);
  const stableSettled =
    isDynamic(pass) ||
    !hasSeparateStable(pass.sets) ||
    (sizeOf(stable) === target.stable && (stable?.status?.replicas ?? 0) === target.stable);
  const othersGone = isRouted(pass) || sum(others, availableOf) === 0;
  return newest !== undefined && thresholdMet(pass, newest, target.canary) && stableSettled && othersGone;
}

/** Enough of the wanted pods are available; how many that is, `replicaProgressThreshold` may say. */
export function thresholdMet(pass: Pass, replicaSet: ReplicaSet, wanted: number): boolean {
  const threshold: CanaryStrategy['replicaProgressThreshold'] = canaryOf(pass)?.replicaProgressThreshold;
  const available = availableOf(replicaSet);
  if (threshold === undefined || threshold.value < 0) return sizeOf(replicaSet) === wanted && available === wanted;
  if (threshold.type === 'Pods') return available >= threshold.value;
  return wanted === 0 || (available / wanted) * 100 >= threshold.value - 1e-10;
}
