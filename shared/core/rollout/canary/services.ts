/** The stable and canary Services of a canary without traffic routing. strategies §2.7. */
import type { ReplicaSet } from '../../resources/kubernetes.ts';
import { canaryOf, isAborted, type Pass } from '../pass.ts';
import { availableOf, hashOf, sizeOf } from '../replica-sets.ts';
import { findService, isManaged, selectedHash, switchSelector } from '../services.ts';

export function reconcileServices(pass: Pass): void {
  const { stableService, canaryService } = canaryOf(pass) ?? {};
  const { newest, stable } = pass.sets;
  ensureSelects(pass, stableService, stable);
  ensureSelects(pass, canaryService, isAborted(pass) ? stable : newest);
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
