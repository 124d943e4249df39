/** A new update was detected: what the last one left behind is dropped. engine §8.7. */
import type { Pass } from './pass.ts';
import type { StatusDraft } from './status.ts';

export function resetForUpdate(pass: Pass, draft: StatusDraft): StatusDraft {
  pass.pause.clear();
  pass.pause.removeAbort();
  return {
    ...draft,
    promoteFull: undefined,
    ...(draft.canary === undefined ? {} : { canary: withoutRuns(draft.canary) }),
    ...(draft.blueGreen === undefined ? {} : { blueGreen: withoutCheckPoint(draft.blueGreen) }),
  };
}

function withoutRuns(canary: NonNullable<StatusDraft['canary']>): NonNullable<StatusDraft['canary']> {
  const {
    currentStepAnalysisRunStatus: _step,
    currentBackgroundAnalysisRunStatus: _background,
    stepPluginStatuses: _plugins,
    currentExperiment: _experiment,
    ...rest
  } = canary;
  return rest;
}

function withoutCheckPoint(blueGreen: NonNullable<StatusDraft['blueGreen']>): NonNullable<StatusDraft['blueGreen']> {
  const {
    prePromotionAnalysisRunStatus: _pre,
    postPromotionAnalysisRunStatus: _post,
    scaleUpPreviewCheckPoint: _checkPoint,
    ...rest
  } = blueGreen;
  return rest;
}
