/** Sizing the newest ReplicaSet, with the wait after an abort. engine §6.2, §8.4. */
import type { ReplicaSet } from '../resources/kubernetes.ts';
import { abortDelaySeconds } from './abort-delay.ts';
import type { Pass } from './pass.ts';
import { availableOf, sizeOf } from './replica-sets.ts';
import { addDeadline, hasDeadline, remainingDelay, removeDeadline } from './scale-down.ts';
import { delaysScaleDownOnAbort, keepSize, scale } from './scaling.ts';
import { shrinkWorkload } from './workload.ts';

/** What is needed again is no longer waiting to go. */
export function removeDeadlines(pass: Pass): void {
  const { newest, stable } = pass.sets;
  if (newest !== undefined && !delaysScaleDownOnAbort(pass)) removeDeadline(newest, pass.changes);
  if (stable !== undefined && stable.metadata.name !== newest?.metadata.name) removeDeadline(stable, pass.changes);
}

/**
 * @param size wanted, unless an abort says otherwise
 * @returns whether the size changed
 */
export function scaleNewest(pass: Pass, size: number, because: string): boolean {
  const { newest } = pass.sets;
  if (newest === undefined) return false;
  const scaled = scaleOrWait(pass, newest, size, because);
  shrinkWorkload(pass, sizeOf(pass.sets.newest) < sizeOf(newest));
  return scaled;
}

function scaleOrWait(pass: Pass, newest: ReplicaSet, size: number, because: string): boolean {
  const { stable } = pass.sets;
  if (stable === undefined || !delaysScaleDownOnAbort(pass)) return scale(pass, newest, size, because);
  if (!hasDeadline(newest)) {
    waitForStable(pass, newest, stable);
    return false;
  }
  const remaining = remainingDelay(newest, pass.now);
  if (remaining === undefined) return scale(pass, newest, 0, 'the delay after the abort is over');
  keepSize(pass, newest);
  pass.changes.requeue(remaining);
  return false;
}

/** The new version keeps its size until the stable one can carry everything; only then its delay begins. */
function waitForStable(pass: Pass, newest: ReplicaSet, stable: ReplicaSet): void {
  keepSize(pass, newest);
  const delay = abortDelaySeconds(pass);
  if (delay === undefined || availableOf(stable) < pass.replicas) return;
  addDeadline(newest, delay, pass.now, pass.changes);
  pass.changes.requeue(delay * 1000);
}
