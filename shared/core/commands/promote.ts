/** Promote: end a pause, skip steps, or go to 100 % at once. engine §18. */
import { stepText } from '../history/steps.ts';
import type { Rollout, RolloutStatus } from '../resources/argo.ts';

import type { Command } from './command.ts';
import { applied, refused, stale, type Effect } from './effect.ts';

export function applyPromote(command: Command, rollout: Rollout): Effect {
  const status = rollout.status ?? {};
  const skips = command.skipCurrentStep === true || command.skipAllSteps === true;
  if (skips && countOf(rollout) === 0) return refused('there is no step to skip; promote --full goes to 100 %');
  if (status.abort === true) return refused('the release is aborted; retry starts it again, or release a new version');
  const settled = status.currentPodHash !== undefined && status.currentPodHash === status.stableRS;
  if (settled && rollout.spec.paused !== true) return applied('the version is fully promoted');
  if (command.full === true) return promoteFull(rollout, status, settled);
  if (command.skipAllSteps === true) return skipAll(rollout, status);
  if (stepIsPassed(command, status)) return passed(rollout);
  if (command.skipCurrentStep === true) return skipStep(command, rollout, status);
  if ((status.pauseConditions ?? []).length > 0) return endPause(command, rollout, status);
  if (rollout.spec.paused === true) return unpause();
  return status.controllerPause === true ? applied('the pause is ended') : notPaused(rollout, status);
}

/** The flag is for an update under way; a settled Rollout is only unpaused. */
function promoteFull(rollout: Rollout, status: RolloutStatus, settled: boolean): Effect {
  if (settled) return unpause();
  if (status.promoteFull === true)
    return rollout.spec.paused === true ? unpause() : applied('the full promotion is under way');
  return {
    state: 'change',
    status: { ...status, promoteFull: true },
    ...unpauseIfNeeded(rollout),
    says: 'promoted fully: remaining steps and analyses are skipped',
  };
}

function unpause(): Effect {
  return { state: 'change', spec: { paused: false }, says: 'unpaused' };
}

function unpauseIfNeeded(rollout: Rollout): { spec?: { paused: boolean } } {
  return rollout.spec.paused === true ? { spec: { paused: false } } : {};
}

/** A second promote of the same pause never skips the step after it. */
function stepIsPassed({ binding }: Command, status: RolloutStatus): boolean {
  return binding.stepIndex !== undefined && (status.currentStepIndex ?? 0) > binding.stepIndex;
}

/** The step was passed by this very promote, and its second write, which unpauses, was lost. */
function passed({ spec }: Rollout): Effect {
  return spec.paused === true ? unpause() : applied('that step is passed');
}

/** Bound to the pause that the asker saw; who saw none has not looked at what waits now. */
function endPause({ binding }: Command, rollout: Rollout, status: RolloutStatus): Effect {
  const pause = status.pauseConditions?.[0];
  if (binding.pausedAt !== pause?.startTime) return stale(`it is paused anew since: ${pause?.reason ?? ''}; ask again`);
  const { pauseConditions: _, ...rest } = status;
  return {
    state: 'change',
    status: isInconclusiveStep(status) ? passStep(status, rollout) : rest,
    ...unpauseIfNeeded(rollout),
    says: `promoted: ${whereTo(rollout, status)}`,
  };
}

function isInconclusiveStep(status: RolloutStatus): boolean {
  return status.canary?.currentStepAnalysisRunStatus?.status === 'Inconclusive' && status.controllerPause === true;
}

function passStep(status: RolloutStatus, rollout: Rollout): RolloutStatus {
  return { ...unpaused(status), currentStepIndex: nextIndex(rollout, status) };
}

function skipStep({ binding }: Command, rollout: Rollout, status: RolloutStatus): Effect {
  const index = status.currentStepIndex ?? 0;
  if (index >= countOf(rollout)) return applied('all steps are passed');
  if (index !== (binding.stepIndex ?? 0))
    return stale(`it went back to step ${index + 1} since; it was asked for step ${(binding.stepIndex ?? 0) + 1}`);
  return {
    state: 'change',
    status: { ...unpaused(status), currentStepIndex: nextIndex(rollout, status) },
    says: `step skipped: ${whereTo(rollout, status)}${staysPaused(rollout)}`,
  };
}

function skipAll(rollout: Rollout, status: RolloutStatus): Effect {
  const count = countOf(rollout);
  if (status.currentStepIndex === count) return applied('all steps are passed');
  return {
    state: 'change',
    status: { ...unpaused(status), currentStepIndex: count },
    says: `steps skipped: step ${(status.currentStepIndex ?? 0) + 1} → all steps done${staysPaused(rollout)}`,
  };
}

/** The pause of a skipped step goes with it; left behind, it would count for the next one (deviation `skip-ends-the-pause`). */
function unpaused(status: RolloutStatus): RolloutStatus {
  if ((status.pauseConditions ?? []).length === 0) return status;
  const { pauseConditions: _, ...rest } = status;
  return { ...rest, controllerPause: false };
}

function staysPaused({ spec }: Rollout): string {
  return spec.paused === true ? '; the rollout itself stays paused until promote' : '';
}

function countOf(rollout: Rollout): number {
  return rollout.spec.strategy?.canary?.steps?.length ?? 0;
}

function nextIndex(rollout: Rollout, status: RolloutStatus): number {
  return Math.min((status.currentStepIndex ?? 0) + 1, countOf(rollout));
}

function notPaused(rollout: Rollout, status: RolloutStatus): Effect {
  const index = status.currentStepIndex ?? 0;
  const step = rollout.spec.strategy?.canary?.steps?.[index];
  const running = step === undefined ? 'no pause is waiting' : `step ${index + 1} (${stepText(step)}) is running`;
  return refused(`not paused: ${running}; --skip-current-step passes a running step, --full goes to 100 %`);
}

function whereTo(rollout: Rollout, status: RolloutStatus): string {
  const count = countOf(rollout);
  if (count === 0 || status.currentStepIndex === undefined) return 'the pause is ended';
  const next = nextIndex(rollout, status);
  return next >= count
    ? `step ${status.currentStepIndex + 1} → all steps done`
    : `step ${status.currentStepIndex + 1} → ${next + 1}`;
}
