/** The weight that the canary should have by now. strategies §2.3, §3.1. */
import { abortDelaySeconds } from '../abort-delay.ts';
import { canaryOf, isFullyPromoted, type Pass } from '../pass.ts';
import { availableOf, sizeOf } from '../replica-sets.ts';
import type { ReplicaSet } from '../../resources/kubernetes.ts';
import { currentStep, currentStepIndex, stepsOf } from './current-step.ts';
import type { Pods } from './replica-counts.ts';
import { desiredWeightOfRetreat, weightOfRetreat, type Retreat } from './routed-counts.ts';

/** All of the traffic. Without traffic routing the weight is kept by the numbers of pods, in percent. */
export function maxWeightOf(pass: Pass): number {
  return canaryOf(pass)?.trafficRouting?.maxTrafficWeight ?? 100;
}

export function isRouted(pass: Pass): boolean {
  return canaryOf(pass)?.trafficRouting !== undefined;
}

/** The stable version shrinks as its traffic does. */
export function isDynamic(pass: Pass): boolean {
  return isRouted(pass) && canaryOf(pass)?.dynamicStableScale === true;
}

/** Nothing to compare with yet, nothing new, or a person wants it all at once: everything is for the newest. */
export function isAllForNewest({ stored }: Pass): boolean {
  return stored.promoteFull === true || (stored.stableRS ?? '') === '' || isFullyPromoted(stored);
}

export function desiredWeight(pass: Pass): number {
  return isAllForNewest(pass) ? maxWeightOf(pass) : currentSetWeight(pass);
}

/**
 * Of the nearest setWeight at or before the current step; 0 before the first one and, as a rule, after an abort. One that
 * this very pass decides counts from the next on: traffic goes before pods do.
 */
export function currentSetWeight(pass: Pass): number {
  if (pass.stored.abort === true) return isDynamic(pass) ? desiredWeightOfRetreat(retreatOf(pass)) : 0;
  if (currentStep(pass) === undefined) return maxWeightOf(pass);
  return setWeightBefore(pass, currentStepIndex(pass) + 1);
}

/** Of the nearest setWeight before a step; 0 when there is none. */
export function setWeightBefore(pass: Pass, index: number): number {
  const reached = stepsOf(pass).slice(0, index);
  return reached.findLast(({ setWeight }) => setWeight !== undefined)?.setWeight ?? 0;
}

/** What decides how fast the traffic goes back to the stable version. */
function retreatOf(pass: Pass): Retreat {
  const { newest, stable } = pass.sets;
  const explicitDelay = canaryOf(pass)?.abortScaleDownDelaySeconds !== undefined;
  return {
    replicas: pass.replicas,
    maxWeight: maxWeightOf(pass),
    newest: podsOf(newest),
    stable: podsOf(stable),
    weight: pass.stored.canary?.weights?.canary.weight,
    setWeights: stepsOf(pass).flatMap(({ setWeight }) => (setWeight === undefined ? [] : [setWeight])),
    keepsCanary: explicitDelay && abortDelaySeconds(pass) !== undefined,
  };
}

/** After an abort: 0 at once, or with dynamicStableScale what the stable version cannot carry yet. */
export function retreatWeight(pass: Pass): number {
  return isDynamic(pass) ? weightOfRetreat(retreatOf(pass)) : 0;
}

export function podsOf(replicaSet: ReplicaSet | undefined): Pods | undefined {
  return replicaSet && { size: sizeOf(replicaSet), available: availableOf(replicaSet) };
}
