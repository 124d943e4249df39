/** What to do about a Rollout: the order of one pass. engine §2. */
import type { Decision } from '../decision.ts';
import { NOTHING_TO_DO } from '../decision.ts';
import type { RolloutStatus } from '../resources/argo.ts';
import { decideBlueGreen, rescaleBlueGreen } from './blue-green/decide.ts';
import { decideCanary, rescaleCanary } from './canary/decide.ts';
import { createNewest } from './create-replica-set.ts';
import { refuseSpec } from './invalid-spec.ts';
import { beginPass, canaryOf, isFullyPromoted, type Pass } from './pass.ts';
import { isHalted } from './pause.ts';
import { notePause } from './pause-conditions.ts';
import { syncRevision } from './revision.ts';
import { isScalingEvent } from './scaling.ts';
import type { RolloutSnapshot } from './snapshot.ts';
import { findSpecProblem } from './validate.ts';
import { noteWorkloadGeneration } from './workload.ts';

/**
 * One bounded set of writes; their effects are seen by the next pass. Total for whatever the API server can hold, and a
 * function of the snapshot alone.
 */
export function decideRollout(snapshot: RolloutSnapshot): Decision<RolloutStatus> {
  if (snapshot.rollout.metadata.deletionTimestamp !== undefined) return NOTHING_TO_DO;
  const problem = findSpecProblem(snapshot);
  if (problem !== undefined) return refuseSpec(snapshot, problem);
  return prepare(beginPass(snapshot));
}

/** What comes before any strategy: a ReplicaSet, a number of replicas, the pause conditions, the revision. */
function prepare(pass: Pass): Decision<RolloutStatus> {
  if (noteWorkloadGeneration(pass)) return pass.changes.decision();
  if (pass.sets.newest === undefined) return createNewest(pass);
  if (isFullyPromoted(pass.stored)) pass.pause.removeAbort();
  if (pass.rollout.spec.replicas === undefined) return defaultReplicas(pass);
  const paused = notePause(pass);
  if (paused !== undefined) return paused;
  if (syncRevision(pass)) return pass.changes.decision();
  return decideStrategy(pass);
}

/** A halted canary is not scaled, so that R alone must not keep the rest of the pass from it (deviation `halted-scaling`). */
function decideStrategy(pass: Pass): Decision<RolloutStatus> {
  const canary = canaryOf(pass) !== undefined;
  const rescales = isScalingEvent(pass) && !(canary && isHalted(pass.rollout));
  if (canary) return rescales ? rescaleCanary(pass) : decideCanary(pass);
  return rescales ? rescaleBlueGreen(pass) : decideBlueGreen(pass);
}

/** The only default that is written: an autoscaler needs the field. engine §1.1. */
function defaultReplicas({ changes, rollout }: Pass): Decision<RolloutStatus> {
  changes.edit(rollout, (current) => ({ ...current, spec: { ...current.spec, replicas: 1 } }), 'replicas is absent');
  return changes.decision();
}
