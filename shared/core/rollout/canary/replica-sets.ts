/** Sizing a canary's ReplicaSets: stable, then newest, then the old ones; one of these a pass. strategies §2.5. */
import type { ReplicaSet } from '../../resources/kubernetes.ts';
import { removeDeadlines, scaleNewest } from '../newest-size.ts';
import { routersOf } from '../../traffic-routing/registry.ts';
import { canaryOf, hasSeparateStable, isFullyPromoted, type Pass } from '../pass.ts';
import { isHalted } from '../pause.ts';
import { availableOf, byRevisionDown, hashOf, sizeOf, sum } from '../replica-sets.ts';
import { hasDeadline, ScaleDownDelay } from '../scale-down.ts';
import { scale } from '../scaling.ts';
import { findService, selectedHash } from '../services.ts';
import { fencepostsOf, nextSizes } from './sizes.ts';
import { desiredWeight, isDynamic, isRouted } from './weights.ts';

/** @returns whether a size changed, which ends the pass */
export function reconcileReplicaSets(pass: Pass): boolean {
  if (isHalted(pass.rollout)) return false;
  removeDeadlines(pass);
  return scaleStable(pass) || scaleCanary(pass) || scaleOthers(pass);
}

/** By the weights as stored: its pods go only after its traffic has gone. */
function scaleStable(pass: Pass): boolean {
  const { stable } = pass.sets;
  if (stable === undefined || !hasSeparateStable(pass.sets)) return false;
  return scale(pass, stable, nextSizes(pass, pass.stored.canary?.weights).stable, because(pass));
}

function scaleCanary(pass: Pass): boolean {
  return scaleNewest(pass, nextSizes(pass, pass.weights).canary, because(pass));
}

function because(pass: Pass): string {
  return `weight ${desiredWeight(pass)} of ${pass.replicas} replicas`;
}

/** Without routing, pods of other versions serve traffic too: they go as fast as availability allows. */
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
  const nextSize = isRouted(pass) ? routedSizes(pass) : (size: number, budget: number) => Math.max(0, size - budget);
  let budget = spare;
  let scaled = false;
  for (const replicaSet of pass.sets.others.toSorted(byRevisionDown)) {
    const size = sizeOf(replicaSet);
    if (isRouted(pass) && isReferenced(pass, replicaSet)) continue;
    if (budget <= 0) break;
    if (size === 0) continue;
    const next = nextSize(size, budget, replicaSet);
    // Argo rollout/canary.go: one that has the size it should have is not written, whatever R was when it got it.
    if (next === size) continue;
    scaled = scale(pass, replicaSet, next, 'it is neither the newest nor the stable version') || scaled;
    budget -= size - next;
  }
  return scaled;
}

type NextSize = (size: number, budget: number, replicaSet: ReplicaSet) => number;

/** What was stable until now stays up for a while; a version that was given up on the way serves nobody. */
function routedSizes(pass: Pass): NextSize {
  const { scaleDownDelaySeconds = 30, scaleDownDelayRevisionLimit = Infinity } = canaryOf(pass) ?? {};
  const rules = {
    now: pass.now,
    delaySeconds: scaleDownDelaySeconds,
    revisionLimit: scaleDownDelayRevisionLimit,
    keep: sizeOf,
  };
  const delay = new ScaleDownDelay(rules, pass.changes);
  return (_size, _budget, replicaSet) => {
    const waits = !isDynamic(pass) && (isFullyPromoted(pass.stored) || hasDeadline(replicaSet));
    return waits ? delay.sizeOf(replicaSet) : 0;
  };
}

/** Traffic may still reach it: by the weights, a Service, or a router's own object. strategies §2.5 d. */
function isReferenced(pass: Pass, replicaSet: ReplicaSet): boolean {
  const { stored, rollout, snapshot } = pass;
  const { canaryService, stableService } = canaryOf(pass) ?? {};
  const { canary, stable } = stored.canary?.weights ?? {};
  const objects = snapshot.routingObjects ?? [];
  const hashes = [
    stored.stableRS,
    stored.currentPodHash,
    canary?.podTemplateHash,
    stable?.podTemplateHash,
    ...[canaryService, stableService].map((name) => selectedHash(findService(pass, name))),
    ...routersOf(rollout).flatMap((router) => router.referencedHashes?.(rollout, objects) ?? []),
  ];
  return hashes.includes(hashOf(replicaSet));
}
