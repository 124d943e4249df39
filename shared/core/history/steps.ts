/** Which canary steps were executed between two looks at one release, and how a step is written. */
import type { CanaryStep, Rollout } from '../resources/argo.ts';
import type { RolloutState } from './rollout-state.ts';

export interface CompletedStep {
  readonly step: CanaryStep;
  /** From 0. */
  readonly index: number;
  readonly count: number;
}

/** None when the index moved for another reason: an abort, a full promotion, a skip on the first deployment. A retry begins at the first. */
export function completedSteps(
  before: RolloutState | undefined,
  after: RolloutState,
  rollout: Rollout,
): readonly CompletedStep[] {
  const steps = rollout.spec.strategy?.canary?.steps ?? [];
  const goesOn = before?.podHash === after.podHash && !before.aborted && !wentBack(before, after);
  const from = goesOn ? Math.max(before.stepIndex, 0) : 0;
  if (movedOtherwise(before, after)) return [];
  return steps
    .slice(from, Math.max(after.stepIndex, from))
    .map((step, offset) => ({ step, index: from + offset, count: steps.length }));
}

/** Aborted and retried with no look between, or its steps were edited: both begin at the first. */
export function wentBack(before: RolloutState, after: RolloutState): boolean {
  return before.podHash === after.podHash && after.stepIndex >= 0 && after.stepIndex < before.stepIndex;
}

function movedOtherwise(before: RolloutState | undefined, after: RolloutState): boolean {
  if (after.aborted || after.promoteFull || after.podHash === '') return true;
  if (before === undefined) return after.stableHash === after.podHash || after.stableHash === '';
  const wasStable = before.stableHash === after.podHash || before.stableHash === '';
  return before.promoteFull || wasStable;
}

/** A step as Argo's RolloutStepCompleted event writes it. rollout-engine §17. */
export function stepText(step: CanaryStep): string {
  if (step.setWeight !== undefined) return `setWeight: ${step.setWeight}`;
  if (step.pause !== undefined) return pauseText(step.pause.duration);
  if (step.analysis !== undefined) return 'analysis';
  if (step.experiment !== undefined) return 'experiment';
  if (step.setCanaryScale !== undefined) return `setCanaryScale${scaleText(step.setCanaryScale)}`;
  if (step.setHeaderRoute !== undefined) return `setHeaderRoute: ${step.setHeaderRoute.name ?? ''}`;
  if (step.setMirrorRoute !== undefined) return `setMirrorRoute: ${step.setMirrorRoute.name ?? ''}`;
  return `plugin: ${step.plugin?.name ?? ''}`;
}

function pauseText(duration: number | string | undefined): string {
  return duration === undefined ? 'pause' : `pause: ${duration}`;
}

function scaleText(scale: NonNullable<CanaryStep['setCanaryScale']>): string {
  if (scale.matchTrafficWeight === true) return '{matchTrafficWeight: true}';
  return scale.weight === undefined ? `{replicas: ${scale.replicas}}` : `{weight: ${scale.weight}}`;
}
