/** One pass over a blue-green Rollout. strategies §1.1. */
import type { Decision } from '../../decision.ts';
import type { RolloutStatus } from '../../resources/argo.ts';
import { reconcileEphemeralMetadata } from '../ephemeral-metadata.ts';
import { finishCarried } from '../finish.ts';
import { templateChanged, type Pass } from '../pass.ts';
import { restartPods } from '../restart.ts';
import { cleanUpRevisions } from '../revision-history.ts';
import { servingCounters } from '../status.ts';
import { reconcileBlueGreenRuns } from './analysis.ts';
import { reconcilePause } from './pause.ts';
import { reconcileReplicaSets } from './replica-sets.ts';
import { activeSets, finishBlueGreen } from './status.ts';
import { maxUnavailableOf } from './settings.ts';
import { verifyTargets } from './verify-targets.ts';
import { switchActive, switchPreview } from './switch.ts';

export function decideBlueGreen(pass: Pass): Decision<RolloutStatus> {
  switchPreview(pass);
  if (templateChanged(pass)) return finishBlueGreen(pass);
  const restart = restartPods(pass, maxUnavailableOf(pass));
  reconcileReplicaSets(pass);
  cleanUpRevisions(pass);
  reconcilePause(pass);
  switchActive(pass);
  pass.targetsVerified = verifyTargets(pass);
  reconcileBlueGreenRuns(pass);
  if (pass.lacksRun) return pass.changes.decision();
  reconcileEphemeralMetadata(pass);
  return finishBlueGreen(pass, restart);
}

/** R has changed: only the sizes follow it. engine §6.3. */
export function rescaleBlueGreen(pass: Pass): Decision<RolloutStatus> {
  reconcileReplicaSets(pass);
  const active = pass.stored.blueGreen?.activeSelector ?? '';
  const { availableReplicas, HPAReplicas } = servingCounters(activeSets(pass, active));
  return finishCarried(pass, { availableReplicas, HPAReplicas }, true);
}
