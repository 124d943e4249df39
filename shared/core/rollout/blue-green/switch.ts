/** Which version the preview and the active Service point at. strategies §1.1, §1.6. */
import { isAborted, newestHash, type Pass } from '../pass.ts';
import { isHalted } from '../pause.ts';
import { availableOf, hashOf, isSaturated } from '../replica-sets.ts';
import { findService, switchSelector } from '../services.ts';
import { isPrePromotionComplete } from './analysis.ts';
import { isFastTracked, isPauseCompleted } from './pause.ts';
import { isReady } from './replica-sets.ts';
import { strategyOf } from './settings.ts';

/** At once, whether its pods are available or not. */
export function switchPreview(pass: Pass): void {
  const service = findService(pass, strategyOf(pass).previewService);
  if (service === undefined || isHalted(pass.rollout)) return;
  switchSelector(pass, service, newestHash(pass), 'the newest version is previewed');
}

/** Going back to stable is asked first, whatever the newest version's pods do (deviation `blue-green-abort-first`). */
export function switchActive(pass: Pass): void {
  const service = findService(pass, strategyOf(pass).activeService);
  const { stable, newest } = pass.sets;
  if (service === undefined) return;
  if (isAborted(pass)) {
    if (stable === undefined || availableOf(stable) === 0) return;
    return switchSelector(pass, service, hashOf(stable), 'the update was aborted');
  }
  if (isHalted(pass.rollout) || !isReady(pass) || !isSaturated(newest, pass.replicas)) return;
  if (isFastTracked(pass)) return switchSelector(pass, service, newestHash(pass), 'nothing stands before the switch');
  if (!isPauseCompleted(pass) || !isPrePromotionComplete(pass)) return;
  switchSelector(pass, service, newestHash(pass), 'the newest version is ready and nobody waits');
}
