/** Is the current canary step done, and if not, what does it wait for? strategies §2.6, §2.11. */
import { pauseSeconds } from '../../duration.ts';
import type { CanaryStep, RolloutStatus } from '../../resources/argo.ts';
import { parseTimestamp, SECOND, type Instant, type Millis } from '../../time.ts';
import type { Pass } from '../pass.ts';
import { heldBy } from '../hold.ts';
import { hasPause, pauseCondition } from '../pause.ts';
import { currentStep } from './current-step.ts';
import { atDesiredSizes } from './sizes.ts';

export type StepProgress =
  | { readonly state: 'done' }
  | { readonly state: 'waiting'; readonly on: string; readonly requeueAfter?: Millis };

const DONE: StepProgress = { state: 'done' };

/** Where the current step stands; undefined without a current step. Nothing completes while a person pauses the Rollout. */
export function stepProgress(pass: Pass): StepProgress | undefined {
  const step = currentStep(pass);
  if (step === undefined) return undefined;
  if (pass.rollout.spec.paused === true) return { state: 'waiting', on: 'spec.paused' };
  const held = heldBy(pass);
  if (held !== undefined) return { state: 'waiting', on: held };
  if (step.pause !== undefined) return pauseProgress(pass.stored, step.pause, pass.now);
  if (step.setWeight !== undefined) return weightProgress(pass, step.setWeight);
  if (step.setCanaryScale !== undefined) {
    return atDesiredSizes(pass, pass.weights) ? DONE : { state: 'waiting', on: 'the pods of setCanaryScale' };
  }
  if (step.analysis !== undefined) {
    const phase = pass.runs.Step?.status?.phase ?? 'Pending';
    return phase === 'Successful' ? DONE : { state: 'waiting', on: `its AnalysisRun, which is ${phase}` };
  }
  if (step.experiment !== undefined) {
    const phase = pass.experiment?.status?.phase ?? 'Pending';
    return phase === 'Successful' ? DONE : { state: 'waiting', on: `its Experiment, which is ${phase}` };
  }
  // Written by the routers in this very pass.
  if (step.setHeaderRoute !== undefined || step.setMirrorRoute !== undefined) return DONE;
  return { state: 'waiting', on: 'a kind of step that is not supported' };
}

function weightProgress(pass: Pass, weight: number): StepProgress {
  if (!atDesiredSizes(pass, pass.weights)) return { state: 'waiting', on: `the pods of weight ${weight}` };
  if (pass.weights?.verified === false) return { state: 'waiting', on: `the load balancer to have weight ${weight}` };
  return DONE;
}

/** A pause ends when a person clears its condition, or after its duration. */
function pauseProgress(
  stored: RolloutStatus,
  { duration }: NonNullable<CanaryStep['pause']>,
  now: Instant,
): StepProgress {
  const condition = pauseCondition(stored, 'CanaryPauseStep');
  if (condition === undefined) {
    return stored.controllerPause === true ? DONE : { state: 'waiting', on: 'its own pause condition' };
  }
  if (duration === undefined) return { state: 'waiting', on: 'a person' };
  const end = (parseTimestamp(condition.startTime) ?? now) + pauseSeconds(duration) * SECOND;
  return now > end ? DONE : { state: 'waiting', on: 'the end of the pause', requeueAfter: Math.max(1, end - now) };
}

/** A person ended the current pause. This pass consumes that, so it must count now, whatever else the pass did. */
export function wasResumed(pass: Pass): boolean {
  const { stored } = pass;
  return (
    currentStep(pass)?.pause !== undefined && stored.controllerPause === true && !hasPause(stored, 'CanaryPauseStep')
  );
}

/** How a step is called in events. engine §17. */
export function stepText({ setWeight, pause, analysis, experiment, ...step }: CanaryStep): string {
  if (setWeight !== undefined) return `setWeight: ${setWeight}`;
  if (pause !== undefined) return pause.duration === undefined ? 'pause' : `pause: ${pause.duration}`;
  if (experiment !== undefined) return 'experiment';
  if (analysis !== undefined) return 'analysis';
  const scale = scaleText(step.setCanaryScale);
  if (scale !== undefined) return scale;
  if (step.plugin !== undefined) return `plugin: ${step.plugin.name}`;
  if (step.setHeaderRoute !== undefined) return `setHeaderRoute: ${step.setHeaderRoute.name}`;
  if (step.setMirrorRoute !== undefined) return `setMirrorRoute: ${step.setMirrorRoute.name}`;
  return 'invalid';
}

function scaleText({ matchTrafficWeight, weight, replicas }: CanaryStep['setCanaryScale'] = {}): string | undefined {
  if (weight !== undefined) return `setCanaryScale{weight: ${weight}}`;
  if (matchTrafficWeight === true) return 'setCanaryScale{matchTrafficWeight: true}';
  return replicas === undefined ? undefined : `setCanaryScale{replicas: ${replicas}}`;
}
