/** The full status of a blue-green Rollout. strategies §1.8. */
import type { Decision } from '../../decision.ts';
import type { RolloutStatus } from '../../resources/argo.ts';
import type { ReplicaSet } from '../../resources/kubernetes.ts';
import { referenceTo } from '../current-runs.ts';
import { finishFull } from '../finish.ts';
import { formatSelector } from '../label-selector.ts';
import { isAborted, templateChanged, type Pass } from '../pass.ts';
import { promote, promotionByHistory } from '../promotion.ts';
import { availableOf } from '../replica-sets.ts';
import { resetForUpdate } from '../reset.ts';
import type { RestartOutcome } from '../restart.ts';
import { isWithinRollbackWindow } from '../rollback.ts';
import { findService, selectedHash } from '../services.ts';
import { freshStatus, servingCounters, type StatusDraft } from '../status.ts';
import { isPostPromotionComplete, isPrePromotionComplete } from './analysis.ts';
import { isPauseCompleted } from './pause.ts';
import { findByHash } from './replica-sets.ts';
import { strategyOf } from './settings.ts';

export function finishBlueGreen(pass: Pass, restart?: RestartOutcome): Decision<RolloutStatus> {
  const base = baseStatus(pass, restart);
  const first = (pass.stored.currentPodHash ?? '') === '';
  if (templateChanged(pass)) return finishFull(pass, resetForUpdate(pass, base), true);
  if (pass.stored.promoteFull === true || isWithinRollbackWindow(pass)) {
    pass.pause.clear();
    pass.pause.removeAbort();
  }
  const reason = promotionReason(pass, base);
  const draft = reason === undefined ? withCheckPoint(pass, base) : promote(pass, base, reason);
  return finishFull(pass, draft, first);
}

/** The ReplicaSet that serves, or all of them while none does. */
export function activeSets(pass: Pass, activeSelector: string): readonly ReplicaSet[] {
  const active = findByHash(pass, activeSelector);
  return active === undefined ? pass.sets.all : [active];
}

function baseStatus(pass: Pass, restart: RestartOutcome | undefined): StatusDraft {
  const { activeService, previewService } = strategyOf(pass);
  const activeSelector = selectedHash(findService(pass, activeService));
  const active = findByHash(pass, activeSelector);
  return {
    ...freshStatus(pass),
    ...servingCounters(activeSets(pass, activeSelector)),
    ...(restart?.restartedAt === undefined ? {} : { restartedAt: restart.restartedAt }),
    selector: formatSelector(active?.spec?.selector ?? pass.rollout.spec.selector),
    blueGreen: {
      activeSelector,
      previewSelector: selectedHash(findService(pass, previewService)),
      prePromotionAnalysisRunStatus: referenceTo(pass.runs.PrePromotion),
      postPromotionAnalysisRunStatus: referenceTo(pass.runs.PostPromotion),
    },
  };
}

/** Why the current version becomes the stable one; undefined: it does not, yet. */
function promotionReason(pass: Pass, { blueGreen, currentPodHash }: StatusDraft): string | undefined {
  const active = blueGreen?.activeSelector ?? '';
  if ((pass.stored.stableRS ?? '') === '' || active === '') return 'Initial deploy';
  if (active !== currentPodHash || !pass.targetsVerified) return undefined;
  const known = promotionByHistory(pass);
  if (known !== undefined) return known;
  return isAborted(pass) || !isPostPromotionComplete(pass) ? undefined : 'Completed blue-green update';
}

/** Once the preview has passed, the newest version may grow to its full size, whatever happens to its pods meanwhile. */
function withCheckPoint(pass: Pass, draft: StatusDraft): StatusDraft {
  return { ...draft, blueGreen: { ...draft.blueGreen, scaleUpPreviewCheckPoint: isPastPreview(pass) } };
}

function isPastPreview(pass: Pass): boolean {
  const { previewReplicaCount } = strategyOf(pass);
  if (previewReplicaCount === undefined) return false;
  if (pass.stored.blueGreen?.scaleUpPreviewCheckPoint === true) return true;
  if (!isPrePromotionComplete(pass) || !isPauseCompleted(pass)) return false;
  return availableOf(pass.sets.newest) === previewReplicaCount;
}
