/** Sizing a canary's ReplicaSets: stable, then newest, then the old ones; one of these a pass. strategies §2.5. */
import type { ReplicaSet } from '../../resources/kubernetes.ts';
import { removeDeadlines, scaleNewest } from '../newest-size.ts';
import { hasSeparateStable, type Pass } from '../pass.ts';
import { isHalted } from '../pause.ts';
import { availableOf, byRevisionDown, sizeOf, sum } from '../replica-sets.ts';
import { scale } from '../scaling.ts';
import { fencepostsOf, nextSizes } from './sizes.ts';
import { desiredWeight } from './weights.ts';

/** @returns whether a size changed, which ends the pass */
export function reconcileReplicaSets(pass: Pass): boolean {
  if (isHalted(pass.rollout)) return false;
  removeDeadlines(pass);
  return scaleStable(pass) || scaleCanary(pass) || scaleOthers(pass);
}

function scaleStable(pass: Pass): boolean {
  const { stable } = pass.sets;
  if (stable === undefined || !hasSeparateStable(pass.sets)) return false;
  return scale(pass, stable, nextSizes(pass).stable, because(pass));
}

function scaleCanary(pass: Pass): boolean {
  return scaleNewest(pass, nextSizes(pass).canary, because(pass));
}

function because(pass: Pass): string {
  return `weight ${desiredWeight(pass)} of ${pass.replicas} replicas`;
}

/** Pods of other versions serve traffic too, so they go as fast as availability allows. */
function scaleOthers(pass: Pass): boolean {
  const cleaned = pass.sets.others.map((replicaSet) => dropUnavailable(pass, replicaSet)).includes(true);
  const spare = sum(pass.sets.all, availableOf) - (pass.replicas - fencepostsOf(pass).unavailable);
  return scaleDownWithin(pass, spare) || cleaned;
}

function dropUnavailable(pass: Pass, replicaSet: ReplicaSet): boolean {
  const available = availableOf(replicaSet);
  return sizeOf(replicaSet) > available && scale(pass, replicaSet, available, 'its other pods are not available');
}

function scaleDownWithin(pass: Pass, spare: number): boolean {
  let budget = spare;
  let scaled = false;
  for (const replicaSet of pass.sets.others.toSorted(byRevisionDown)) {
    const size = sizeOf(replicaSet);
    if (budget <= 0) break;
    if (size === 0) continue;
    const next = Math.max(0, size - budget);
    scaled = scale(pass, replicaSet, next, 'it is neither the newest nor the stable version') || scaled;
    budget -= size - next;
  }
  return scaled;
}
