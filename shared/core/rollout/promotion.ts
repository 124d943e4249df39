/** The current version becomes the stable one. engine §8.8. */
import { promotedDuration } from './duration.ts';
import { type Pass } from './pass.ts';
import { revisionOf } from './replica-sets.ts';
import { isFastRollback, isWithinRollbackWindow } from './rollback.ts';
import type { StatusDraft } from './status.ts';
import { retireWorkload } from './workload.ts';

/** Reasons that need neither steps nor analysis; undefined: none of them holds. */
export function promotionByHistory(pass: Pass): string | undefined {
  if (pass.stored.promoteFull === true) return 'Full promotion requested';
  if (!isFastRollback(pass)) return undefined;
  return isWithinRollbackWindow(pass) ? 'Rollback within window' : 'Fast rollback';
}

/** Announced only when the stable version really changes; a promoted Rollout comes here in every pass. */
export function promote(pass: Pass, draft: StatusDraft, reason: string): StatusDraft {
  pass.pause.clear();
  pass.pause.removeAbort();
  retireWorkload(pass);
  const promoted: StatusDraft = { ...draft, promoteFull: undefined, stableRS: draft.currentPodHash };
  if (pass.stored.stableRS === draft.currentPodHash) return promoted;
  const revision = revisionOf(pass.sets.newest) ?? 0;
  const text = `Rollout completed update to revision ${revision} (${draft.currentPodHash ?? ''}): ${reason}`;
  pass.changes.event('RolloutCompleted', text);
  return { ...promoted, duration: promotedDuration(draft.duration, pass.stored) };
}
