/** Is the Rollout healthy, does it make progress, and has it gone without for too long? engine §14.3–§14.5. */
import type { RolloutStatus } from '../resources/argo.ts';
import { SECOND, parseTimestamp, type Millis } from '../time.ts';
import { currentStep } from './canary/current-step.ts';
import { findCondition, isTrue } from './conditions.ts';
import { isHeld } from './hold.ts';
import { blueGreenOf, canaryOf, type Pass } from './pass.ts';
import { hasDeadline } from './scale-down.ts';
import type { StatusDraft } from './status.ts';

/** The stored generation is asked: the pass that first sees a new one is never healthy. */
export function isHealthy(pass: Pass, status: StatusDraft): boolean {
  const { replicas, rollout, stored } = pass;
  const counted = (status.updatedReplicas ?? 0) === replicas && (status.availableReplicas ?? 0) === replicas;
  const observed = stored.observedGeneration === String(rollout.metadata.generation ?? 0);
  if (!counted || !observed) return false;
  return blueGreenOf(pass) === undefined ? isHealthyCanary(pass, status) : isHealthyBlueGreen(pass, status);
}

function isHealthyBlueGreen(pass: Pass, status: StatusDraft): boolean {
  const { activeSelector, previewSelector } = status.blueGreen ?? {};
  const preview = blueGreenOf(pass)?.previewService ?? '';
  return activeSelector === status.currentPodHash && (preview === '' || previewSelector === status.currentPodHash);
}

function isHealthyCanary(pass: Pass, status: StatusDraft): boolean {
  const count = canaryOf(pass)?.steps?.length ?? 0;
  const index = status.currentStepIndex;
  const stepped = count === 0 || index === undefined || index === count;
  return stepped && isCompleted(status) && (status.replicas ?? 0) === pass.replicas;
}

/** The current version is the stable one. */
export function isCompleted(status: StatusDraft): boolean {
  return (status.stableRS ?? '') !== '' && status.stableRS === status.currentPodHash;
}

export function madeProgress(pass: Pass, now: StatusDraft): boolean {
  const old = pass.stored;
  const oldPods = (status: StatusDraft) => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (now.updatedReplicas ?? 0) !== (old.updatedReplicas ?? 0) ||
    oldPods(now) < oldPods(old) ||
    (now.readyReplicas ?? 0) > (old.readyReplicas ?? 0) ||
    (now.availableReplicas ?? 0) > (old.availableReplicas ?? 0) ||
    (blueGreenOf(pass) === undefined ? advanced(old, now) : switchedService(old, now))
  );
}

function switchedService({ blueGreen: old }: RolloutStatus, { blueGreen: now }: StatusDraft): boolean {
  const differs = (a?: string, b?: string) => (a ?? '') !== (b ?? '');
  return differs(old?.activeSelector, now?.activeSelector) || differs(old?.previewSelector, now?.previewSelector);
}

function advanced(old: RolloutStatus, now: StatusDraft): boolean {
  const bothIndexed = old.currentStepIndex !== undefined && now.currentStepIndex !== undefined;
  return (
    (old.stableRS ?? '') !== (now.stableRS ?? '') ||
    (bothIndexed && old.currentStepIndex !== now.currentStepIndex) ||
    (old.currentStepHash ?? '') !== (now.currentStepHash ?? '')
  );
}

/** A step that may take as long as it likes, or a pause. */
export function isAtIndefiniteStep(pass: Pass): boolean {
  const step = currentStep(pass);
  const indefinite = step?.experiment !== undefined || step?.analysis !== undefined || step?.pause !== undefined;
  return indefinite || isTrue(pass.stored.conditions, 'Paused');
}

/** Progress is not expected at the moment, so its absence says nothing. */
export function deadlineIsSuspended(pass: Pass): boolean {
  return isAtIndefiniteStep(pass) || isHeld(pass) || pass.sets.others.some(hasDeadline);
}

/** @param conditions that hold the progress clock */
export function hasTimedOut(pass: Pass, conditions: RolloutStatus['conditions']): boolean {
  const progressing = findCondition(conditions, 'Progressing');
  if (progressing === undefined) return false;
  if (progressing.reason === 'RolloutAborted' || progressing.reason === 'RolloutPaused') return false;
  if (progressing.reason === 'ProgressDeadlineExceeded') return true;
  return untilDeadline(pass, progressing.lastUpdateTime) < 0;
}

/** Reasons under which no deadline runs, or one has run out already. */
const UNCLOCKED: ReadonlySet<string> = new Set(['ProgressDeadlineExceeded', 'RolloutAborted', 'RolloutPaused']);

/** When to look again at a Rollout that stands still; undefined: its standing still needs no look. engine §14.5. */
export function progressCheckAfter(pass: Pass, status: StatusDraft): Millis | undefined {
  const progressing = findCondition(pass.stored.conditions, 'Progressing');
  if (progressing === undefined || UNCLOCKED.has(progressing.reason)) return undefined;
  const resting = isHealthy(pass, status) || pass.stored.abort === true || deadlineIsSuspended(pass);
  const paused = pass.rollout.spec.paused === true || (pass.stored.pauseConditions ?? []).length > 0;
  if (resting || paused) return undefined;
  const remaining = untilDeadline(pass, progressing.lastUpdateTime);
  // Just after the deadline, never before: a look that comes too early would ask again at once, and again.
  return remaining < SECOND ? Math.max(0, remaining) + 1 : remaining + SECOND;
}

function untilDeadline({ rollout, now }: Pass, lastUpdateTime: string): Millis {
  const seconds = rollout.spec.progressDeadlineSeconds ?? 600;
  return (parseTimestamp(lastUpdateTime) ?? now) + seconds * SECOND - now;
}
