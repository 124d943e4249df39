/** The weight that the canary should have by now. strategies §2.3. */
import { isAborted, isFullyPromoted, type Pass } from '../pass.ts';
import { currentStep, currentStepIndex, stepsOf } from './current-step.ts';

/** Percent; without traffic routing the weight is kept by the numbers of pods. */
export const MAX_WEIGHT = 100;

/** Nothing to compare with yet, nothing new, or a person wants it all at once: everything is for the newest. */
export function desiredWeight(pass: Pass): number {
  const { stored } = pass;
  if (stored.promoteFull === true || (stored.stableRS ?? '') === '' || isFullyPromoted(stored)) return MAX_WEIGHT;
  return currentSetWeight(pass);
}

/** Of the nearest setWeight at or before the current step; 0 before the first one and after an abort. */
export function currentSetWeight(pass: Pass): number {
  if (isAborted(pass)) return 0;
  if (currentStep(pass) === undefined) return MAX_WEIGHT;
  const reached = stepsOf(pass).slice(0, currentStepIndex(pass) + 1);
  return reached.findLast(({ setWeight }) => setWeight !== undefined)?.setWeight ?? 0;
}
