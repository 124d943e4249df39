/** The full status of a canary: reset, promotion, abort, or the next step. strategies §2.11. */
import type { Decision } from '../../decision.ts';
import type { RolloutStatus } from '../../resources/argo.ts';
import { referenceTo } from '../current-runs.ts';
import { finishFull } from '../finish.ts';
import { isHeld } from '../hold.ts';
import { formatSelector } from '../label-selector.ts';
import { isAborted, newestHash, templateChanged, type Pass } from '../pass.ts';
import { promote, promotionByHistory } from '../promotion.ts';
import { availableOf, sizeOf } from '../replica-sets.ts';
import { resetForUpdate } from '../reset.ts';
import type { RestartOutcome } from '../restart.ts';
import { isWithinRollbackWindow } from '../rollback.ts';
import { freshStatus, type StatusDraft } from '../status.ts';
import { currentStep, currentStepIndex, stepsOf } from './current-step.ts';
import { nextPingPong } from './ping-pong.ts';
import { thresholdMet } from './sizes.ts';
import { stepProgress, stepText, wasResumed } from './steps.ts';

export interface CanaryOutcome {
  /** False where the pass ended early: then no step completes, unless a person has said so. strategies, hazard 2. */
  readonly completesStep: boolean;
  readonly restart?: RestartOutcome;
}

export function templateOrStepsChanged(pass: Pass): boolean {
  return templateChanged(pass) || pass.stored.currentStepHash !== pass.stepHash;
}

export function finishCanary(pass: Pass, outcome: CanaryOutcome): Decision<RolloutStatus> {
  const changed = templateOrStepsChanged(pass);
  const base = baseStatus(pass, outcome);
  if (changed) return finishFull(pass, afterReset(pass, base), true);
  return finishFull(pass, advance(pass, base, outcome.completesStep), false);
}

function baseStatus(pass: Pass, { restart }: CanaryOutcome): StatusDraft {
  return {
    ...freshStatus(pass),
    ...(restart?.restartedAt === undefined ? {} : { restartedAt: restart.restartedAt }),
    ...(pass.albs.length === 0 ? {} : { alb: pass.albs.at(-1), albs: [...pass.albs] }),
    selector: formatSelector(pass.rollout.spec.selector),
    currentStepHash: pass.stepHash,
    canary: {
      currentStepAnalysisRunStatus: referenceTo(pass.runs.Step),
      currentBackgroundAnalysisRunStatus: referenceTo(pass.runs.Background),
      // One that succeeded stays current until its step is completed: a pause by hand must not begin another one.
      currentExperiment: pass.experiment?.metadata.name,
      weights: pass.weights,
      stablePingPong: pass.stored.canary?.stablePingPong,
    },
  };
}

/** A new update begins at step 0, unless it goes back to what is known to work. */
function afterReset(pass: Pass, base: StatusDraft): StatusDraft {
  const count = stepsOf(pass).length;
  const draft = { ...resetForUpdate(pass, base), currentStepIndex: count === 0 ? undefined : 0 };
  const target = skipTarget(pass);
  if (count === 0 || target === undefined) return draft;
  pass.changes.event('SkipSteps', `Rollback to ${target}`);
  return { ...draft, currentStepIndex: count };
}

function skipTarget(pass: Pass): string | undefined {
  const { newest } = pass.sets;
  if (newestHash(pass) === pass.stored.stableRS) return 'stable ReplicaSets';
  return isWithinRollbackWindow(pass) && sizeOf(newest) > 0 ? 'active ReplicaSets within RollbackWindow' : undefined;
}

function advance(pass: Pass, base: StatusDraft, completesStep: boolean): StatusDraft {
  const count = stepsOf(pass).length;
  const skips = pass.stored.promoteFull === true || (isWithinRollbackWindow(pass) && !isAborted(pass));
  if (skips) {
    pass.pause.clear();
    pass.pause.removeAbort();
  }
  const index = skips ? count : currentStepIndex(pass);
  const indexed = (value: number) => (count === 0 ? undefined : value);
  const reason = promotionReason(pass, index);
  if (reason !== undefined) return { ...promoted(pass, base, reason), currentStepIndex: indexed(count) };
  if (isAborted(pass)) return { ...base, currentStepIndex: indexed(base.stableRS === base.currentPodHash ? count : 0) };
  const done = !skips && (completesStep || wasResumed(pass)) && stepProgress(pass)?.state === 'done';
  if (!skips && wasResumed(pass) && isHeld(pass)) pass.pause.keepResumption();
  return done ? withStepCompleted(pass, base) : { ...base, currentStepIndex: indexed(index) };
}

/** The two Services of a ping-pong change their parts with the stable version. */
function promoted(pass: Pass, base: StatusDraft, reason: string): StatusDraft {
  const draft = promote(pass, base, reason);
  if (pass.stored.stableRS === draft.stableRS) return draft;
  return { ...draft, canary: { ...draft.canary, stablePingPong: nextPingPong(pass) } };
}

/** Why the current version becomes the stable one; undefined: it does not, yet. */
function promotionReason(pass: Pass, index: number): string | undefined {
  const { newest } = pass.sets;
  if ((pass.stored.stableRS ?? '') === '') return 'Initial deploy';
  if (isAborted(pass) || newest === undefined) return undefined;
  if (availableOf(newest) < pass.replicas && !thresholdMet(pass, newest, pass.replicas)) return undefined;
  const count = stepsOf(pass).length;
  const known = promotionByHistory(pass);
  if (known !== undefined || index < count || isHeld(pass)) return known;
  return `Completed all ${count} canary steps`;
}

/** At most one step a pass. */
function withStepCompleted(pass: Pass, base: StatusDraft): StatusDraft {
  const step = currentStep(pass);
  const index = currentStepIndex(pass) + 1;
  pass.pause.remove('CanaryPauseStep');
  const text = step === undefined ? '' : stepText(step);
  pass.changes.event('RolloutStepCompleted', `Rollout step ${index}/${stepsOf(pass).length} completed (${text})`);
  const { currentStepAnalysisRunStatus: _finished, currentExperiment: _succeeded, ...canary } = base.canary ?? {};
  return { ...base, canary, currentStepIndex: index };
}
