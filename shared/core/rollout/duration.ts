/** `status.duration`: when the update began and ended, how, and how long people held it up. engine §16. */
import type { Rollout, RolloutDuration, RolloutStatus } from '../resources/argo.ts';
import { formatTimestamp, parseTimestamp, SECOND } from '../time.ts';
import { findCondition } from './conditions.ts';
import { isAborted, type Pass } from './pass.ts';
import { isCompleted } from './progress.ts';
import { availableOf } from './replica-sets.ts';
import { isFastRollback, isRollback } from './rollback.ts';
import type { StatusDraft } from './status.ts';

export type CompletionStatus = NonNullable<RolloutDuration['completionStatus']>;

/**
 * @param status all other fields of it are final
 * @param changed a new update began in this pass
 */
export function durationOf(pass: Pass, status: StatusDraft, changed: boolean): RolloutDuration | undefined {
  if (findCondition(status.conditions, 'InvalidSpec') !== undefined) return status.duration;
  const done = isCompleted(status) && availableOf(pass.sets.newest) >= pass.replicas;
  const ended = closed(pass, status.duration, changed, done);
  const running = begins(pass, ended, changed, done) ? { rolloutStartedAt: formatTimestamp(pass.now) } : ended;
  return running === undefined || running.finishedAt !== undefined ? running : withManualPause(pass, running, status);
}

/** An update in progress may end here: by a newer one, by success, or by an abort. */
function closed(
  pass: Pass,
  duration: RolloutDuration | undefined,
  changed: boolean,
  done: boolean,
): RolloutDuration | undefined {
  if (duration?.rolloutStartedAt === undefined || duration.finishedAt !== undefined) return duration;
  if (changed && !isRollback(pass)) return finished(pass, duration, 'Superseded');
  const known: RolloutDuration = changed
    ? { ...duration, completionStatus: isFastRollback(pass) ? 'FastRolledBack' : 'RolledBack' }
    : duration;
  if (done) return finished(pass, known, known.completionStatus ?? 'Promoted');
  return isAborted(pass) ? finished(pass, known, known.completionStatus ?? 'Aborted') : known;
}

function begins(pass: Pass, duration: RolloutDuration | undefined, changed: boolean, done: boolean): boolean {
  if (duration !== undefined && duration.finishedAt === undefined) return false;
  if (done) return false;
  return changed || isRetry(pass);
}

function isRetry(pass: Pass): boolean {
  return !isAborted(pass) && findCondition(pass.stored.conditions, 'Progressing')?.reason === 'RolloutAborted';
}

function finished(pass: Pass, duration: RolloutDuration, completionStatus: CompletionStatus): RolloutDuration {
  return { ...withoutOpenPause(pass, duration), finishedAt: formatTimestamp(pass.now), completionStatus };
}

function withManualPause(pass: Pass, duration: RolloutDuration, status: StatusDraft): RolloutDuration {
  const waiting = waitsForPerson(pass.rollout, status);
  if (!waiting) return withoutOpenPause(pass, duration);
  return { ...duration, manualPauseStartedAt: duration.manualPauseStartedAt ?? formatTimestamp(pass.now) };
}

function withoutOpenPause({ now }: Pass, duration: RolloutDuration): RolloutDuration {
  const { manualPauseStartedAt, ...rest } = duration;
  const since = parseTimestamp(manualPauseStartedAt);
  if (since === undefined) return rest;
  const seconds = Math.max(0, Math.floor((now - since) / SECOND));
  const total = (duration.totalManualPauseDurationSeconds ?? 0) + seconds;
  return total === 0 ? rest : { ...rest, totalManualPauseDurationSeconds: total };
}

function waitsForPerson(rollout: Rollout, status: StatusDraft): boolean {
  const pauses = status.pauseConditions ?? [];
  return rollout.spec.paused === true || pauses.some(({ reason }) => needsPerson(reason, rollout, status));
}

function needsPerson(reason: string, { spec }: Rollout, status: StatusDraft): boolean {
  switch (reason) {
    case 'CanaryPauseStep':
      return spec.strategy?.canary?.steps?.[status.currentStepIndex ?? 0]?.pause?.duration === undefined;
    case 'BlueGreenPause':
      return spec.strategy?.blueGreen?.autoPromotionEnabled === false;
    default:
      return true;
  }
}

/** What a promotion notes; what is known already stays. */
export function promotedDuration(
  duration: RolloutDuration | undefined,
  stored: RolloutStatus,
): RolloutDuration | undefined {
  if (duration === undefined || duration.completionStatus !== undefined) return duration;
  return { ...duration, completionStatus: stored.promoteFull === true ? 'FastPromoted' : 'Promoted' };
}
