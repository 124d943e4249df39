/** Whose run it is: its controller's; a bake's run has an owner that does not control it. */
import type { AnalysisRun } from '../resources/argo.ts';
import { ROLLOUT_TYPE } from '../resources/keys.ts';
import { controllerOf, type OwnerReference } from '../resources/kubernetes.ts';

export function ownerOfRun(run: AnalysisRun): OwnerReference | undefined {
  const { labels, ownerReferences } = run.metadata;
  if (labels?.[ROLLOUT_TYPE] !== 'Bake') return controllerOf(run);
  return controllerOf(run) ?? ownerReferences?.find(({ kind }) => kind === 'Rollout');
}
