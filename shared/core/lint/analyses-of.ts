/** The places of a Rollout that name templates. */
import type { CanaryStep, Rollout } from '../resources/argo.ts';
import type { Path } from './finding.ts';

export interface AnalysisUse {
  readonly path: Path;
  readonly analysis: NonNullable<CanaryStep['analysis']>;
}

export function analysesOf({ spec }: Rollout): readonly AnalysisUse[] {
  const { canary, blueGreen } = spec.strategy ?? {};
  const at = (...path: Path): Path => ['spec', 'strategy', ...path];
  const uses = [
    ...(canary?.steps ?? []).map((step, index) => ({
      path: at('canary', 'steps', index, 'analysis'),
      analysis: step.analysis,
    })),
    { path: at('canary', 'analysis'), analysis: canary?.analysis },
    { path: at('blueGreen', 'prePromotionAnalysis'), analysis: blueGreen?.prePromotionAnalysis },
    { path: at('blueGreen', 'postPromotionAnalysis'), analysis: blueGreen?.postPromotionAnalysis },
  ];
  return uses.flatMap(({ path, analysis }) => (analysis === undefined ? [] : [{ path, analysis }]));
}
