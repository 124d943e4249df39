/** Setting the size of a ReplicaSet, and noticing that R has changed. engine §6.1, §6.3. */
import { DESIRED_REPLICAS } from '../resources/keys.ts';
import type { ReplicaSet } from '../resources/kubernetes.ts';
import { hasSeparateStable, isAborted, type Pass } from './pass.ts';
import { desiredReplicasOf, revisionOf, sizeOf } from './replica-sets.ts';
import { hasDeadline, withoutDeadline } from './scale-down.ts';
import { abortDelaySeconds } from './abort-delay.ts';

/**
 * One write: the size, and R as the annotation that tells a later change of R.
 * @returns whether the size changed
 */
export function scale(pass: Pass, replicaSet: ReplicaSet, size: number, because: string): boolean {
  const current = pass.changes.current(replicaSet);
  const from = sizeOf(current);
  const waitsForNothing = pass.replicas === 0 && hasDeadline(current);
  if (from === size && desiredReplicasOf(current) === pass.replicas && !waitsForNothing) return false;
  const dropDeadline = size === 0 && !delaysScaleDownOnAbort(pass);
  pass.changes.edit(
    replicaSet,
    (draft) => resized(dropDeadline ? withoutDeadline(draft) : draft, size, pass.replicas),
    because,
  );
  if (from === size) return false;
  pass.changes.event('ScalingReplicaSet', scalingText(current, from, size));
  return true;
}

/** Keep the size, but note R; otherwise every later pass would take it for a scaling event. */
export function keepSize(pass: Pass, replicaSet: ReplicaSet): void {
  if (desiredReplicasOf(pass.changes.current(replicaSet)) === pass.replicas) return;
  pass.changes.edit(
    replicaSet,
    (draft) => resized(draft, sizeOf(draft), pass.replicas),
    `replicas is ${pass.replicas} now`,
  );
}

function resized(replicaSet: ReplicaSet, size: number, desired: number): ReplicaSet {
  const annotations = { ...replicaSet.metadata.annotations, [DESIRED_REPLICAS]: String(desired) };
  const spec = { ...(replicaSet.spec as NonNullable<ReplicaSet['spec']>), replicas: size };
  return { ...replicaSet, metadata: { ...replicaSet.metadata, annotations }, spec };
}

function scalingText(replicaSet: ReplicaSet, from: number, to: number): string {
  const direction = to > from ? 'up' : 'down';
  const revision = revisionOf(replicaSet) ?? 0;
  return `Scaled ${direction} ReplicaSet ${replicaSet.metadata.name} (revision ${revision}) from ${from} to ${to}`;
}

/** R has changed since the newest or the stable ReplicaSet was last scaled. */
export function isScalingEvent({ sets, replicas }: Pass): boolean {
  return [sets.newest, sets.stable].some((replicaSet) => {
    if (replicaSet === undefined || sizeOf(replicaSet) === 0) return false;
    const desired = desiredReplicasOf(replicaSet);
    return desired !== undefined && desired !== replicas;
  });
}

/** The new version is not sized as usual after an abort, but waits for its deadline. engine §8.4. */
export function delaysScaleDownOnAbort(pass: Pass): boolean {
  const delay = abortDelaySeconds(pass) !== undefined && !followsWeightOnAbort(pass);
  return isAborted(pass) && hasSeparateStable(pass.sets) && delay;
}

/** Pods are the weight, or with dynamicStableScale they go as it goes, unless somebody asks for a delay in so many words. */
function followsWeightOnAbort({ rollout }: Pass): boolean {
  const canary = rollout.spec.strategy?.canary;
  if (canary === undefined) return false;
  if (canary.trafficRouting === undefined) return true;
  return canary.dynamicStableScale === true && canary.abortScaleDownDelaySeconds === undefined;
}
