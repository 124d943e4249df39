/** A new update was detected: what the last one left behind is dropped. engine §8.7. */
import type { Pass } from './pass.ts';
import type { StatusDraft } from './status.ts';

/** Pauses, the abort, the analysis statuses and the check point; where the traffic goes stays what it is. */
export function resetForUpdate(pass: Pass, draft: StatusDraft): StatusDraft {
  pass.pause.clear();
  pass.pause.removeAbort();
  const { activeSelector, previewSelector } = draft.blueGreen ?? {};
  const { weights, stablePingPong } = draft.canary ?? {};
  return {
    ...draft,
    promoteFull: undefined,
    canary: { weights, stablePingPong },
    blueGreen: { activeSelector, previewSelector },
  };
}
