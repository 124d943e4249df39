/** Where a canary stands in its steps. */
import type { CanaryStep } from '../../resources/argo.ts';
import { canaryOf, type Pass } from '../pass.ts';

export function stepsOf(pass: Pass): readonly CanaryStep[] {
  return canaryOf(pass)?.steps ?? [];
}

/** Of the next step to execute, as stored; the number of steps when all are done. */
export function currentStepIndex({ stored }: Pass): number {
  return stored.currentStepIndex ?? 0;
}

/** undefined: no steps, or all of them are done. */
export function currentStep(pass: Pass): CanaryStep | undefined {
  return stepsOf(pass)[currentStepIndex(pass)];
}
