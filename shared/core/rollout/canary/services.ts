/** The stable and canary Services. strategies §2.7, §3.2c. */
import type { ReplicaSet } from '../../resources/kubernetes.ts';
import { canaryOf, isAborted, type Pass } from '../pass.ts';
import { availableOf, hashOf, sizeOf } from '../replica-sets.ts';
import { findService, isManaged, selectedHash, switchSelector } from '../services.ts';
import { rollingBackFrom } from './rolling-back.ts';
import { isRouted, retreatWeight } from './weights.ts';

export function reconcileServices(pass: Pass): void {
  const { stableService, canaryService } = canaryOf(pass) ?? {};
  const { newest, stable } = pass.sets;
  ensureSelects(pass, stableService, stable);
  if (rollingBackFrom(pass) !== undefined) return;
  if (!isRouted(pass)) return ensureSelects(pass, canaryService, isAborted(pass) ? stable : newest);
  if (!isAborted(pass) || retreatWeight(pass) > 0) return ensureSelects(pass, canaryService, newest);
  leaveCanary(pass, canaryService, stable);
}

/** Delayed, silently, until the ReplicaSet has pods to offer: all of them when the Service was not ours before. */
function ensureSelects(pass: Pass, name: string | undefined, replicaSet: ReplicaSet | undefined): void {
  const service = findService(pass, name);
  if (service === undefined || replicaSet === undefined) return;
  const hash = hashOf(replicaSet);
  if (selectedHash(service) === hash) return;
  if (availableOf(replicaSet) < (isManaged(service) ? 1 : Math.max(1, sizeOf(replicaSet)))) return;
  switchSelector(pass, service, hash, `${replicaSet.metadata.name} has pods to serve`);
}

/** After an abort nobody may reach the canary, however few pods the stable version has ready. */
function leaveCanary(pass: Pass, name: string | undefined, stable: ReplicaSet | undefined): void {
  const service = findService(pass, name);
  if (service === undefined || stable === undefined || selectedHash(service) === hashOf(stable)) return;
  switchSelector(pass, service, hashOf(stable), 'the update was aborted');
}
