/** The templates of an Experiment: pods and Services that come and go, and how each of them fares. strategies §4.2. */
import type { EventNote } from '../decision.ts';
import type { Experiment } from '../resources/argo.ts';
import { POD_TEMPLATE_HASH } from '../resources/keys.ts';
import { isControlledBy, type ReplicaSet } from '../resources/kubernetes.ts';
import type { Changes } from '../rollout/changes.ts';
import { availableOf, sizeOf } from '../rollout/replica-sets.ts';
import { addDeadline, hasDeadline, remainingDelay } from '../rollout/scale-down.ts';
import { sameJson } from '../rollout/same-json.ts';
import { formatTimestamp, parseTimestamp, SECOND } from '../time.ts';
import { desiredReplicas, hasPassed, isTemplateCompleted, isTerminating } from './course.ts';
import { findReplicaSet, newReplicaSet, newService } from './replica-sets.ts';
import {
  serviceName,
  statusOf,
  type ExperimentSnapshot,
  type ExperimentTemplate,
  type TemplateStatus,
} from './snapshot.ts';

/** `spec.progressDeadlineSeconds`, with its default. */
export function progressDeadline({ spec }: Experiment): number {
  return spec.progressDeadlineSeconds ?? 600;
}

export function reconcileTemplate(
  template: ExperimentTemplate,
  snapshot: ExperimentSnapshot,
  changes: Changes,
): TemplateStatus {
  const { experiment, now } = snapshot;
  const known = statusOf(experiment.status?.templateStatuses, template.name);
  const before: TemplateStatus = known ?? { name: template.name, ...countersOf(undefined) };
  const replicaSet = findReplicaSet(experiment, template, snapshot.replicaSets);
  const shaped =
    replicaSet === undefined
      ? create(template, before, snapshot, changes)
      : keep(template, before, replicaSet, snapshot, changes);
  const counters = countersOf(replicaSet);
  const counted = { ...shaped, ...counters };
  const progressed = !sameJson(counters, countersIn(before)) ? { lastTransitionTime: formatTimestamp(now) } : {};
  const after = judged(template, { ...counted, ...progressed }, snapshot);
  announce(before, after, changes);
  return after;
}

type Counters = Pick<TemplateStatus, 'replicas' | 'updatedReplicas' | 'readyReplicas' | 'availableReplicas'>;

function countersOf(replicaSet: ReplicaSet | undefined): Counters {
  const { replicas = 0, readyReplicas = 0 } = replicaSet?.status ?? {};
  return { replicas, updatedReplicas: replicas, readyReplicas, availableReplicas: availableOf(replicaSet) };
}

function countersIn({ replicas, updatedReplicas, readyReplicas, availableReplicas }: TemplateStatus): Counters {
  return { replicas, updatedReplicas, readyReplicas, availableReplicas };
}

/** Where its name is taken by something else, the collision is counted, and the next name is tried. */
function create(
  template: ExperimentTemplate,
  before: TemplateStatus,
  { experiment, replicaSets, now }: ExperimentSnapshot,
  changes: Changes,
): TemplateStatus {
  if (isTerminating(experiment)) return before;
  const wanted = newReplicaSet(experiment, template, before.collisionCount);
  if (replicaSets.some(({ metadata }) => metadata.name === wanted.metadata.name)) {
    return { ...before, collisionCount: (before.collisionCount ?? 0) + 1 };
  }
  changes.create(wanted, `template ${template.name} has no ReplicaSet yet`);
  return { ...before, lastTransitionTime: formatTimestamp(now) };
}

function keep(
  template: ExperimentTemplate,
  before: TemplateStatus,
  replicaSet: ReplicaSet,
  snapshot: ExperimentSnapshot,
  changes: Changes,
): TemplateStatus {
  const desired = desiredReplicas(snapshot.experiment, template);
  const served =
    desired > 0
      ? withService(template, before, replicaSet, snapshot, changes)
      : withoutService(template, before, replicaSet, snapshot, changes);
  const size = desired > 0 ? desired : sizeWhenDone(replicaSet, snapshot, changes);
  if (!scale(replicaSet, size, changes)) return served;
  return { ...served, lastTransitionTime: formatTimestamp(snapshot.now) };
}

/** Its pods stay for a while, so that requests under way end. */
function sizeWhenDone(replicaSet: ReplicaSet, { experiment, now }: ExperimentSnapshot, changes: Changes): number {
  const size = sizeOf(replicaSet);
  const seconds = experiment.spec.scaleDownDelaySeconds ?? 30;
  if (size === 0 || seconds === 0) return 0;
  const remaining = hasDeadline(replicaSet) ? remainingDelay(replicaSet, now) : seconds * SECOND;
  if (remaining === undefined) return 0;
  if (!hasDeadline(replicaSet)) addDeadline(replicaSet, seconds, now, changes);
  changes.requeue(remaining);
  return size;
}

function scale(replicaSet: ReplicaSet, size: number, changes: Changes): boolean {
  const from = sizeOf(replicaSet);
  if (from === size) return false;
  const resized = (current: ReplicaSet): ReplicaSet => ({
    ...current,
    spec: { ...(current.spec as NonNullable<ReplicaSet['spec']>), replicas: size },
  });
  changes.edit(replicaSet, resized, `its template wants ${size}`);
  const direction = size > from ? 'up' : 'down';
  const text = `Scaled ${direction} ReplicaSet ${replicaSet.metadata.name} from ${from} to ${size}`;
  changes.event('ScalingReplicaSet', text);
  return true;
}

function withService(
  template: ExperimentTemplate,
  before: TemplateStatus,
  replicaSet: ReplicaSet,
  { experiment, services }: ExperimentSnapshot,
  changes: Changes,
): TemplateStatus {
  const name = serviceName(template, replicaSet.metadata.name);
  const service = name === undefined ? undefined : newService(experiment, template, replicaSet, name);
  if (name === undefined || service === undefined) return before;
  const existing = services.find(({ metadata }) => metadata.name === name);
  if (existing !== undefined && !isControlledBy(existing, experiment)) {
    const taken = `services ${JSON.stringify(name)} already exists`;
    const message = `Failed to create Service ${name} for template '${template.name}': ${taken}`;
    return { ...before, status: 'Error', message };
  }
  if (existing === undefined) changes.create(service, `template ${template.name} asks for a Service`);
  const podTemplateHash = replicaSet.metadata.labels?.[POD_TEMPLATE_HASH] ?? '';
  return { ...before, serviceName: name, podTemplateHash };
}

function withoutService(
  template: ExperimentTemplate,
  before: TemplateStatus,
  replicaSet: ReplicaSet,
  { experiment, services }: ExperimentSnapshot,
  changes: Changes,
): TemplateStatus {
  const name = serviceName(template, replicaSet.metadata.name);
  const existing = services.find(({ metadata }) => metadata.name === name);
  const serves = sizeOf(replicaSet) > 0 || availableOf(replicaSet) > 0;
  if (existing === undefined || !isControlledBy(existing, experiment) || serves) return before;
  changes.delete(existing, `template ${template.name} has no pods any more`);
  const { serviceName: _name, podTemplateHash: _hash, ...rest } = before;
  return rest;
}

/** One that has ended stays as it ended. */
function judged(template: ExperimentTemplate, status: TemplateStatus, snapshot: ExperimentSnapshot): TemplateStatus {
  if (isTemplateCompleted(status.status)) return status;
  const { experiment, now } = snapshot;
  const ends = isTerminating(experiment);
  if (status.availableReplicas === desiredReplicas(experiment, template)) {
    return { ...status, status: ends || hasPassed(experiment, now) ? 'Successful' : 'Running' };
  }
  const seconds = progressDeadline(experiment);
  const since = parseTimestamp(status.lastTransitionTime) ?? now;
  if (now > since + seconds * SECOND) {
    const message = `Template '${template.name}' exceeded its progressDeadlineSeconds (${seconds})`;
    return { ...status, status: 'Failed', message };
  }
  return { ...status, status: ends ? 'Successful' : 'Progressing' };
}

function announce(before: TemplateStatus, after: TemplateStatus, changes: Changes): void {
  const { name, status = '', message = '' } = after;
  if (status === (before.status ?? '')) return;
  const detail = message === '' ? '' : `: ${message}`;
  const type: EventNote['type'] = status === 'Failed' || status === 'Error' ? 'Warning' : 'Normal';
  const text = `Template '${name}' transitioned from ${before.status ?? ''} -> ${status}${detail}`;
  changes.event(`Template${status}`, text, type);
}
