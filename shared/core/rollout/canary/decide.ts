/** One pass over a canary. strategies §2.1. */
import type { Decision } from '../../decision.ts';
import type { RolloutStatus } from '../../resources/argo.ts';
import { reconcileCanaryRuns } from './analysis.ts';
import { reconcileEphemeralMetadata } from '../ephemeral-metadata.ts';
import { finishCarried } from '../finish.ts';
import type { Pass } from '../pass.ts';
import { restartPods } from '../restart.ts';
import { cleanUpRevisions } from '../revision-history.ts';
import { servingCounters } from '../status.ts';
import { currentStep } from './current-step.ts';
import { reconcileExperiments } from './experiment.ts';
import { reconcilePingPong } from './ping-pong.ts';
import { reconcileReplicaSets } from './replica-sets.ts';
import { reconcileServices } from './services.ts';
import { fencepostsOf } from './sizes.ts';
import { finishCanary, templateOrStepsChanged } from './status.ts';
import { stepProgress, wasResumed } from './steps.ts';
import { reconcileTraffic } from './traffic-routing.ts';

export function decideCanary(pass: Pass): Decision<RolloutStatus> {
  if (templateOrStepsChanged(pass)) return finishCanary(pass, { completesStep: false });
  const restart = restartPods(pass, fencepostsOf(pass).unavailable);
  if (restart.evicted > 0) return pass.changes.decision();
  reconcileEphemeralMetadata(pass);
  cleanUpRevisions(pass);
  reconcilePingPong(pass);
  reconcileServices(pass);
  const traffic = reconcileTraffic(pass);
  if (traffic === 'failed') return pass.changes.decision();
  if (traffic === 'unverified')
    return finishCarried(pass, { canary: { ...pass.stored.canary, weights: pass.weights } }, false);
  reconcileExperiments(pass);
  reconcileCanaryRuns(pass);
  if (pass.lacksRun) return pass.changes.decision();
  if (pass.pause.added) return finishCanary(pass, { completesStep: false, restart });
  if (reconcileReplicaSets(pass)) return finishCanary(pass, { completesStep: false, restart });
  reconcilePause(pass);
  return finishCanary(pass, { completesStep: true, restart });
}

/** R has changed: only the sizes follow it. engine §6.3. */
export function rescaleCanary(pass: Pass): Decision<RolloutStatus> {
  reconcileReplicaSets(pass);
  const { availableReplicas, HPAReplicas } = servingCounters(pass.sets.all);
  return finishCarried(pass, { availableReplicas, HPAReplicas }, true);
}

/** At a pause step: add its condition, or wait for its end. strategies §2.6. */
function reconcilePause(pass: Pass): void {
  if (pass.rollout.spec.paused === true || pass.stored.promoteFull === true) return;
  if (currentStep(pass)?.pause === undefined) return;
  const progress = stepProgress(pass);
  if (progress?.state !== 'waiting' || wasResumed(pass)) return;
  pass.pause.add('CanaryPauseStep');
  pass.changes.requeue(progress.requeueAfter);
}
