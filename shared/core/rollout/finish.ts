/** The end of a pass: from a status under construction to the decision. engine §13, §7.4, §6.3. */
import type { Decision } from '../decision.ts';
import type { RolloutStatus } from '../resources/argo.ts';
import { durationOf } from './duration.ts';
import type { Pass } from './pass.ts';
import { phaseOf } from './phase.ts';
import { deadlineIsSuspended, hasTimedOut, isCompleted, madeProgress, progressCheckAfter } from './progress.ts';
import { computeConditions, subject } from './rollout-conditions.ts';
import { sameJson } from './same-json.ts';
import { storedForm, type StatusDraft } from './status.ts';
import { workloadGeneration } from './workload.ts';

/**
 * A full status: pauses, conditions, phase and duration are computed, the rest is given.
 * @param changed a new update began in this pass
 */
export function finishFull(pass: Pass, draft: StatusDraft, changed: boolean): Decision<RolloutStatus> {
  const workloadObservedGeneration = workloadGeneration(pass);
  const observed: StatusDraft = { ...draft, observedGeneration: generationOf(pass), workloadObservedGeneration };
  abortWhenLate(pass, observed);
  const paused: StatusDraft = { ...observed, ...pass.pause.fields(pass.now) };
  const judged: StatusDraft = { ...paused, conditions: computeConditions(pass, paused) };
  const status = concluded(pass, judged, changed);
  if (isStored(pass, status)) {
    pass.changes.requeue(progressCheckAfter(pass, status));
    return pass.changes.decision();
  }
  announcePause(pass, status);
  return pass.changes.decision(status);
}

/** A copy of the stored status with some fields of it replaced; pauses are neither set nor consumed. */
export function finishCarried(pass: Pass, replaced: StatusDraft, judge: boolean): Decision<RolloutStatus> {
  const carried: StatusDraft = {
    ...pass.stored,
    ...replaced,
    observedGeneration: generationOf(pass),
    workloadObservedGeneration: workloadGeneration(pass),
  };
  const judged: StatusDraft = judge ? { ...carried, conditions: computeConditions(pass, carried) } : carried;
  const status = concluded(pass, judged, false);
  return isStored(pass, status) ? pass.changes.decision() : pass.changes.decision(status);
}

function concluded(pass: Pass, draft: StatusDraft, changed: boolean): RolloutStatus {
  const timed: StatusDraft = { ...draft, duration: durationOf(pass, draft, changed) };
  return storedForm({ ...timed, ...phaseOf(pass.rollout, timed) });
}

function isStored({ rollout }: Pass, status: RolloutStatus): boolean {
  return sameJson(status, storedForm(rollout.status ?? {}));
}

function generationOf({ rollout }: Pass): string {
  return String(rollout.metadata.generation ?? 0);
}

/** `progressDeadlineAbort`. engine §14.6. */
function abortWhenLate(pass: Pass, status: StatusDraft): void {
  if (pass.rollout.spec.progressDeadlineAbort !== true || pass.pause.aborted || isCompleted(status)) return;
  if (madeProgress(pass, status) || deadlineIsSuspended(pass)) return;
  if (!hasTimedOut(pass, pass.stored.conditions)) return;
  const message = `${subject(pass)} has timed out progressing.`;
  pass.pause.abort(message);
  pass.changes.event('RolloutAborted', message, 'Warning');
}

function announcePause({ stored, changes }: Pass, status: RolloutStatus): void {
  const [before] = stored.pauseConditions ?? [];
  const [after] = status.pauseConditions ?? [];
  if (before === undefined && after !== undefined)
    changes.event('RolloutPaused', `Rollout is paused (${after.reason})`);
  if (before !== undefined && after === undefined && status.abort !== true) {
    changes.event('RolloutResumed', 'Rollout is resumed');
  }
}
