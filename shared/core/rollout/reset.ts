/** A new update was detected: what the last one left behind is dropped. engine §8.7. */
import type { Pass } from './pass.ts';
import type { StatusDraft } from './status.ts';

/** Pauses, the abort, the analysis statuses and the check point; the Services' selectors stay what they are. */
export function resetForUpdate(pass: Pass, draft: StatusDraft): StatusDraft {
  pass.pause.clear();
  pass.pause.removeAbort();
  const { activeSelector, previewSelector } = draft.blueGreen ?? {};
  return { ...draft, promoteFull: undefined, canary: undefined, blueGreen: { activeSelector, previewSelector } };
}
