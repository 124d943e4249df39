/** Promote: end a pause, skip a step, or go to 100 % at once. */
import { stepText } from '../history/steps.ts';
import type { Rollout, RolloutStatus } from '../resources/argo.ts';

import type { Command } from './command.ts';
import type { Effect } from './effect.ts';

export function applyPromote(command: Command, rollout: Rollout): Effect {
  const status = rollout.status ?? {};
  if (status.abort === true) {
    return { state: 'refused', says: 'the release is aborted; retry starts it again, or release a new version' };
  }
  const settled = status.currentPodHash !== undefined && status.currentPodHash === status.stableRS;
  if (settled && rollout.spec.paused !== true) return { state: 'applied', says: 'the version is fully promoted' };
  if (command.full === true) return promoteFull(rollout, status);
  if (stepIsPassed(command, status)) return { state: 'applied', says: 'that step is passed' };
  if ((status.pauseConditions ?? []).length > 0) return endPause(command, rollout, status);
  if (rollout.spec.paused === true) return unpause();
  if (status.controllerPause === true) return { state: 'applied', says: 'the pause is ended' };
  return command.skipCurrentStep === true ? skipStep(rollout, status) : notPaused(rollout, status);
}

function promoteFull(rollout: Rollout, status: RolloutStatus): Effect {
  if (status.promoteFull === true) return { state: 'applied', says: 'the full promotion is under way' };
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

function endPause({ binding }: Command, rollout: Rollout, status: RolloutStatus): Effect {
  const pause = status.pauseConditions?.[0];
  if (binding.pausedAt !== undefined && binding.pausedAt !== pause?.startTime) {
    return { state: 'stale', says: `it is paused for another reason since: ${pause?.reason ?? ''}; ask again` };
  }
  const { pauseConditions: _, ...rest } = status;
  return {
    state: 'change',
    status: isInconclusiveStep(status) ? passStep(rest, rollout) : rest,
    ...unpauseIfNeeded(rollout),
    says: `promoted: ${whereTo(rollout, status)}`,
  };
}

function isInconclusiveStep(status: RolloutStatus): boolean {
  return status.canary?.currentStepAnalysisRunStatus?.status === 'Inconclusive' && status.controllerPause === true;
}

function passStep(status: RolloutStatus, rollout: Rollout): RolloutStatus {
  return { ...status, controllerPause: false, currentStepIndex: nextIndex(rollout, status) };
}

function skipStep(rollout: Rollout, status: RolloutStatus): Effect {
  const steps = rollout.spec.strategy?.canary?.steps ?? [];
  if (steps.length === 0) return { state: 'refused', says: 'there is no step to skip; promote --full goes to 100 %' };
  return {
    state: 'change',
    status: { ...status, currentStepIndex: nextIndex(rollout, status) },
    says: `step skipped: ${whereTo(rollout, status)}`,
  };
}

function nextIndex(rollout: Rollout, status: RolloutStatus): number {
  const count = rollout.spec.strategy?.canary?.steps?.length ?? 0;
  return Math.min((status.currentStepIndex ?? 0) + 1, count);
}

function notPaused(rollout: Rollout, status: RolloutStatus): Effect {
  const index = status.currentStepIndex ?? 0;
  const step = rollout.spec.strategy?.canary?.steps?.[index];
  const running = step === undefined ? 'no pause is waiting' : `step ${index + 1} (${stepText(step)}) is running`;
  return {
    state: 'refused',
    says: `not paused: ${running}; --skip-current-step passes a running step, --full goes to 100 %`,
  };
}

function whereTo(rollout: Rollout, status: RolloutStatus): string {
  const count = rollout.spec.strategy?.canary?.steps?.length ?? 0;
  if (count === 0 || status.currentStepIndex === undefined) return 'the pause is ended';
  const next = nextIndex(rollout, status);
  return next >= count
    ? `step ${status.currentStepIndex + 1} → all steps done`
    : `step ${status.currentStepIndex + 1} → ${next + 1}`;
}
