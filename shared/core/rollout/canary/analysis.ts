/** Step and background analysis of a canary. strategies §2.8. */
import type { AnalysisRun } from '../../resources/argo.ts';
import { STEP_INDEX } from '../../resources/keys.ts';
import { cancelAllRuns, ensureRun, settleRuns, skipsAnalysis } from '../analysis-runs.ts';
import type { CurrentRuns } from '../current-runs.ts';
import { canaryOf, type Pass } from '../pass.ts';
import { hasPause } from '../pause.ts';
import { currentStep, currentStepIndex, stepsOf } from './current-step.ts';

/** Runs that are stopped because none is wanted are dropped from the status. */
export function reconcileCanaryRuns(pass: Pass): void {
  if (skipsAnalysis(pass)) {
    cancelAllRuns(pass, 'no analysis is wanted now');
    pass.runs = {};
    return;
  }
  const Step = stepRun(pass);
  const Background = backgroundRun(pass);
  settleRuns(pass, { ...defined('Step', Step), ...defined('Background', Background) });
}

function defined(kind: 'Step' | 'Background', run: AnalysisRun | undefined): CurrentRuns {
  return run === undefined ? {} : { [kind]: run };
}

function stepRun(pass: Pass): AnalysisRun | undefined {
  const { stored, runs } = pass;
  if ((stored.pauseConditions ?? []).length > 0 || stored.abort === true) return runs.Step;
  const analysis = currentStep(pass)?.analysis;
  if (analysis === undefined || (analysis.templates ?? []).length === 0) return undefined;
  const stepIndex = currentStepIndex(pass);
  const current = runs.Step?.metadata.labels?.[STEP_INDEX] === String(stepIndex) ? runs.Step : undefined;
  return ensureRun(pass, { type: 'Step', stepIndex }, analysis, current);
}

function backgroundRun(pass: Pass): AnalysisRun | undefined {
  const { stored, runs } = pass;
  const analysis = canaryOf(pass)?.analysis;
  if (analysis === undefined || (analysis.templates ?? []).length === 0) return undefined;
  if ((stored.currentPodHash ?? '') === '' || isBefore(pass, analysis.startingStep)) return undefined;
  if (hasPause(stored, 'InconclusiveAnalysisRun')) return runs.Background;
  return ensureRun(pass, { type: 'Background' }, analysis, runs.Background);
}

/** Without steps nothing comes before one. Argo utils/replicaset/canary.go BeforeStartingStep. */
function isBefore(pass: Pass, startingStep = 0): boolean {
  return stepsOf(pass).length > 0 && currentStepIndex(pass) < startingStep;
}
