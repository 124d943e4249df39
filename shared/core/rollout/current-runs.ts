/** The AnalysisRuns of a Rollout: the current one of each kind, named in its status, and the others. engine §12.1. */
import type { AnalysisRun, Rollout, RolloutStatus } from '../resources/argo.ts';
import { isControlledBy } from '../resources/kubernetes.ts';

export type RunKind = 'Step' | 'Background' | 'PrePromotion' | 'PostPromotion';
export const RUN_KINDS: readonly RunKind[] = ['PostPromotion', 'PrePromotion', 'Step', 'Background'];

export type CurrentRuns = { readonly [Kind in RunKind]?: AnalysisRun };

export type RunReference = NonNullable<NonNullable<RolloutStatus['canary']>['currentStepAnalysisRunStatus']>;

/** A run of somebody else that has the name is nobody's word on this Rollout. */
export function currentRunsOf(rollout: Rollout, status: RolloutStatus, runs: readonly AnalysisRun[]): CurrentRuns {
  const found = RUN_KINDS.flatMap((kind) => {
    const name = recordedRun(status, kind)?.name;
    if (name === undefined) return [];
    const run = runs.find((candidate) => candidate.metadata.name === name && isControlledBy(candidate, rollout));
    return run === undefined ? [] : [[kind, run] as const];
  });
  return Object.fromEntries(found);
}

/** What the status says of the current run of a kind. */
export function recordedRun({ canary, blueGreen }: RolloutStatus, kind: RunKind): RunReference | undefined {
  switch (kind) {
    case 'Step':
      return canary?.currentStepAnalysisRunStatus;
    case 'Background':
      return canary?.currentBackgroundAnalysisRunStatus;
    case 'PrePromotion':
      return blueGreen?.prePromotionAnalysisRunStatus;
    case 'PostPromotion':
      return blueGreen?.postPromotionAnalysisRunStatus;
  }
}

/** What a status says of a run. The phase is empty, not absent, until the run has one. */
export function referenceTo(run: AnalysisRun | undefined): RunReference | undefined {
  if (run === undefined) return undefined;
  const { phase = '', message = '' } = run.status ?? {};
  const reference = { name: run.metadata.name, status: phase };
  return message === '' ? reference : { ...reference, message };
}
