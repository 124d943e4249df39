/** Sizing the ReplicaSets of a blue-green Rollout, all in one pass. strategies §1.2, §1.4. */
import type { ReplicaSet } from '../../resources/kubernetes.ts';
import { removeDeadlines, scaleNewest } from '../newest-size.ts';
import { hasSeparateStable, newestHash, type Pass } from '../pass.ts';
import { hasPause, isPaused } from '../pause.ts';
import { availableOf, hashOf, sizeOf } from '../replica-sets.ts';
import { scale } from '../scaling.ts';
import { sizesUnderDelay } from '../scale-down.ts';
import { findService, selectedHash } from '../services.ts';
import { appliesPostPromotion } from './analysis.ts';
import { scaleDownDelaySeconds, strategyOf } from './settings.ts';

export function reconcileReplicaSets(pass: Pass): void {
  removeDeadlines(pass);
  const { stable } = pass.sets;
  if (stable !== undefined && hasSeparateStable(pass.sets))
    scale(pass, stable, pass.replicas, 'the stable version stays whole');
  scaleNewest(pass, newestSize(pass), 'it is the newest version');
  scaleOthers(pass);
}

/** All of R, or the smaller preview until there is nothing left to preview for. */
export function newestSize(pass: Pass): number {
  const { previewReplicaCount } = strategyOf(pass);
  const { stored, replicas, rollout } = pass;
  if (previewReplicaCount === undefined) return replicas;
  const active = findByHash(pass, stored.blueGreen?.activeSelector);
  if (active === undefined || hashOf(active) === newestHash(pass)) return replicas;
  if (stored.promoteFull === true) return replicas;
  if (newestHash(pass) !== stored.currentPodHash) return previewReplicaCount;
  return !isPaused(rollout) && stored.blueGreen?.scaleUpPreviewCheckPoint === true ? replicas : previewReplicaCount;
}

/** It has the size it should have, and all of it is available. */
export function isReady(pass: Pass): boolean {
  const size = newestSize(pass);
  return sizeOf(pass.sets.newest) === size && availableOf(pass.sets.newest) === size;
}

export function findByHash({ sets }: Pass, hash: string | undefined): ReplicaSet | undefined {
  return hash === undefined || hash === '' ? undefined : sets.all.find((replicaSet) => hashOf(replicaSet) === hash);
}

/** Versions that nothing refers to any more wait for their deadline at full size, ready to be switched back to. */
function scaleOthers(pass: Pass): void {
  if (hasPause(pass.stored, 'InconclusiveAnalysisRun') || awaitsPostPromotion(pass)) return;
  const referenced = referencedHashes(pass);
  const unused = pass.sets.others.filter((replicaSet) => sizeOf(replicaSet) > 0 && !referenced.has(hashOf(replicaSet)));
  const rules = {
    now: pass.now,
    delaySeconds: scaleDownDelaySeconds(pass),
    revisionLimit: strategyOf(pass).scaleDownDelayRevisionLimit ?? Number.POSITIVE_INFINITY,
    keep: () => pass.replicas,
  };
  for (const [replicaSet, size] of sizesUnderDelay(unused, rules, pass.changes)) {
    // Argo rollout/bluegreen.go: one that has the size it should have is not written.
    if (size === sizeOf(replicaSet)) continue;
    scale(pass, replicaSet, size, size === 0 ? 'its delay is over' : 'it may be needed until its deadline');
  }
}

/** Without a delay of its own, the old version stays until the verdict on the new one. */
function awaitsPostPromotion(pass: Pass): boolean {
  if (strategyOf(pass).scaleDownDelaySeconds !== undefined || !appliesPostPromotion(pass)) return false;
  return pass.runs.PostPromotion?.status?.phase !== 'Successful';
}

function referencedHashes(pass: Pass): ReadonlySet<string> {
  const { stableRS, currentPodHash, blueGreen } = pass.stored;
  const { activeService, previewService } = strategyOf(pass);
  return new Set([
    stableRS ?? '',
    currentPodHash ?? '',
    blueGreen?.activeSelector ?? '',
    blueGreen?.previewSelector ?? '',
    selectedHash(findService(pass, activeService)),
    selectedHash(findService(pass, previewService)),
  ]);
}
