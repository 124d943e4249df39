/** Waiting before the active Service is switched: for a person, or for a while. strategies §1.3, §1.5. */
import { parseTimestamp, SECOND } from '../../time.ts';
import { isAborted, newestHash, type Pass } from '../pass.ts';
import { hasPause, isHalted, pauseCondition } from '../pause.ts';
import { isFastRollback } from '../rollback.ts';
import { findService, selectedHash } from '../services.ts';
import { isPrePromotionComplete } from './analysis.ts';
import { isReady } from './replica-sets.ts';
import { autoPromotes, autoPromotionSeconds, strategyOf } from './settings.ts';

/** Neither pause nor analysis stands before the switch. */
export function isFastTracked(pass: Pass): boolean {
  if (isFastRollback(pass) || pass.stored.promoteFull === true) return true;
  const active = activeHash(pass);
  return active === '' || active === newestHash(pass);
}

export function activeHash(pass: Pass): string {
  return selectedHash(findService(pass, strategyOf(pass).activeService));
}

export function reconcilePause(pass: Pass): void {
  if (isAborted(pass) || !isReady(pass) || isHalted(pass.rollout)) return;
  const { stored, pause } = pass;
  if (needsNoPause(pass)) return pause.remove('BlueGreenPause');
  if (!isPrePromotionComplete(pass)) return;
  if (!hasPause(stored, 'BlueGreenPause')) {
    if (stored.controllerPause !== true) pause.add('BlueGreenPause');
    return;
  }
  if (isPauseCompleted(pass)) return pause.remove('BlueGreenPause');
  pass.changes.requeue(remaining(pass));
}

function needsNoPause(pass: Pass): boolean {
  if (isFastTracked(pass) || pass.stored.blueGreen?.scaleUpPreviewCheckPoint === true) return true;
  return autoPromotes(pass) && autoPromotionSeconds(pass) === 0;
}

/**
 * Nobody and nothing is waited for any more. A condition that a person cleared completes the pause with and without
 * `autoPromotionSeconds` (deviation `promote-during-auto-promotion`).
 */
export function isPauseCompleted(pass: Pass): boolean {
  const { stored } = pass;
  if (pass.pause.added) return false;
  if (stored.blueGreen?.scaleUpPreviewCheckPoint === true) return true;
  if (autoPromotes(pass) && autoPromotionSeconds(pass) === 0) return true;
  if (!hasPause(stored, 'BlueGreenPause')) return stored.controllerPause === true;
  return autoPromotes(pass) && (remaining(pass) ?? 1) < 0;
}

/** Milliseconds to the automatic promotion; undefined when only a person promotes. */
function remaining(pass: Pass): number | undefined {
  const since = parseTimestamp(pauseCondition(pass.stored, 'BlueGreenPause')?.startTime);
  if (since === undefined || !autoPromotes(pass)) return undefined;
  const left = since + autoPromotionSeconds(pass) * SECOND - pass.now;
  return left === 0 ? 1 : left;
}
