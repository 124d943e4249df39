/** The conditions of a full status, in the order in which they are judged. engine §14.1, §14.2. */
import type { RolloutCondition } from '../resources/argo.ts';
import type { ReplicaSet } from '../resources/kubernetes.ts';
import {
  findCondition,
  isTrue,
  removeCondition,
  replaceCondition,
  setCondition,
  type NewCondition,
} from './conditions.ts';
import { isReleased, withHeld } from './hold.ts';
import { blueGreenOf, isAborted, type Pass } from './pass.ts';
import { isPaused } from './pause.ts';
import { deadlineIsSuspended, hasTimedOut, isCompleted, isHealthy, madeProgress } from './progress.ts';
import { availableOf, hashOf, isSaturated, revisionOf, sum } from './replica-sets.ts';
import type { StatusDraft } from './status.ts';

type Conditions = RolloutCondition[];

export function computeConditions(pass: Pass, status: StatusDraft): Conditions {
  const healthy = !isPaused(pass.rollout) && isHealthy(pass, status);
  const start = removeCondition(status.conditions, 'InvalidSpec');
  const steps = [
    (conditions: Conditions) => withHealthy(pass, conditions, healthy),
    (conditions: Conditions) => withProgressing(pass, status, conditions),
    (conditions: Conditions) => setCondition(conditions, available(pass, status), pass.now).conditions,
    (conditions: Conditions) => withReplicaFailure(pass, conditions),
    (conditions: Conditions) => withCompleted(pass, status, conditions),
    (conditions: Conditions) => withHeld(pass, conditions),
  ];
  return steps.reduce((conditions, step) => step(conditions), start);
}

function withHealthy({ now }: Pass, conditions: Conditions, healthy: boolean): Conditions {
  if (!healthy && findCondition(conditions, 'Healthy') === undefined) return conditions;
  const text = healthy ? 'Rollout is healthy' : 'Rollout is not healthy';
  const condition = {
    type: 'Healthy',
    status: healthy ? 'True' : 'False',
    reason: 'RolloutHealthy',
    message: text,
  } as const;
  return setCondition(conditions, condition, now).conditions;
}

function withProgressing(pass: Pass, status: StatusDraft, conditions: Conditions): Conditions {
  if (isAborted(pass)) return withAborted(pass, conditions);
  const name = subject(pass);
  if (isHealthy(pass, status) && (!isPaused(pass.rollout) || isCompleted(status))) {
    const message = `${name} has successfully progressed.`;
    return setCondition(conditions, progressing('True', 'NewReplicaSetAvailable', message), pass.now).conditions;
  }
  const turnedUnhealthy = isTrue(pass.stored.conditions, 'Healthy') && !isTrue(conditions, 'Healthy');
  const released = isReleased(pass) && !isPaused(pass.rollout);
  if (madeProgress(pass, status) || turnedUnhealthy || released) {
    const next =
      turnedUnhealthy && isCompleted(status)
        ? progressing('True', 'ReplicaSetNotAvailable', 'Rollout does not have minimum availability')
        : progressing('True', 'ReplicaSetUpdated', `${name} is progressing.`);
    return replaceCondition(conditions, next, pass.now);
  }
  if (deadlineIsSuspended(pass) || !hasTimedOut(pass, conditions)) return conditions;
  const late = progressing('False', 'ProgressDeadlineExceeded', `${name} has timed out progressing.`);
  return setCondition(conditions, late, pass.now).conditions;
}

function withAborted(pass: Pass, conditions: Conditions): Conditions {
  const text = `Rollout aborted update to revision ${revisionOf(pass.rollout) ?? 0}`;
  const message = pass.pause.abortMessage === '' ? text : `${text}: ${pass.pause.abortMessage}`;
  const next = setCondition(conditions, progressing('False', 'RolloutAborted', message), pass.now);
  if (next.changed) pass.changes.event('RolloutAborted', message, 'Warning');
  return next.conditions;
}

function progressing(status: NewCondition['status'], reason: string, message: string): NewCondition {
  return { type: 'Progressing', status, reason, message };
}

function available(pass: Pass, status: StatusDraft): NewCondition {
  const enough = hasMinimumAvailability(pass, status);
  const message = enough ? 'Rollout has minimum availability' : 'Rollout does not have minimum availability';
  return { type: 'Available', status: enough ? 'True' : 'False', reason: 'AvailableReason', message };
}

function hasMinimumAvailability(pass: Pass, status: StatusDraft): boolean {
  if (blueGreenOf(pass) === undefined) return sum(pass.sets.all, availableOf) >= pass.replicas;
  const selector = status.blueGreen?.activeSelector ?? '';
  const active = selector === '' ? undefined : pass.sets.all.find((replicaSet) => hashOf(replicaSet) === selector);
  return isSaturated(active, pass.replicas);
}

function withReplicaFailure(pass: Pass, conditions: Conditions): Conditions {
  const { newest, all } = pass.sets;
  const failure = [...(newest === undefined ? [] : [newest]), ...all]
    .map(replicaFailure)
    .find((found) => found !== undefined);
  if (failure === undefined) return removeCondition(conditions, 'ReplicaFailure');
  return setCondition(conditions, failure, pass.now).conditions;
}

function replicaFailure({ status }: ReplicaSet): NewCondition | undefined {
  const failure = status?.conditions?.find(({ type }) => type === 'ReplicaFailure');
  if (failure === undefined) return undefined;
  const { status: value, reason = '', message = '' } = failure;
  return { type: 'ReplicaFailure', status: value as NewCondition['status'], reason, message };
}

function withCompleted(pass: Pass, status: StatusDraft, conditions: Conditions): Conditions {
  const completed = isCompleted(status);
  const condition = { type: 'Completed', reason: 'RolloutCompleted', message: 'RolloutCompleted' } as const;
  const next = setCondition(conditions, { ...condition, status: completed ? 'True' : 'False' }, pass.now);
  if (next.changed && !completed) pass.changes.event('RolloutNotCompleted', updateStarted(pass, status));
  return next.conditions;
}

function updateStarted(pass: Pass, status: StatusDraft): string {
  const revision = revisionOf(pass.sets.newest) ?? revisionOf(pass.rollout) ?? 0;
  return `Rollout not completed, started update to revision ${revision} (${status.currentPodHash ?? ''})`;
}

/** What the messages on progress speak of. */
export function subject({ sets, rollout }: Pass): string {
  const name = sets.newest?.metadata.name;
  return name === undefined ? `Rollout "${rollout.metadata.name}"` : `ReplicaSet "${name}"`;
}
