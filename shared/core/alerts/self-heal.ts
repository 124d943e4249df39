/** Is the object kept as Git has it? Then an undo would be taken back within seconds. */
import type { Rollout } from '../resources/argo.ts';

/** https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking */
const TRACKING_ANNOTATION = 'argocd.argoproj.io/tracking-id';
const TRACKING_LABELS = ['argocd.argoproj.io/instance', 'app.kubernetes.io/instance'];
/** Helm sets the same label, and says that it did. */
const HELM_RELEASE = 'meta.helm.sh/release-name';

export function isManagedByArgoCd({ metadata }: Pick<Rollout, 'metadata'>): boolean {
  const { annotations = {}, labels = {} } = metadata;
  if (annotations[TRACKING_ANNOTATION] !== undefined) return true;
  if (annotations[HELM_RELEASE] !== undefined) return false;
  return TRACKING_LABELS.some((label) => labels[label] !== undefined);
}
