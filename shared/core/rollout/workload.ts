/** A Rollout whose template is another object's. engine §11. */
import type { Rollout } from '../resources/argo.ts';
import type { ObjectRef } from '../resources/kubernetes.ts';

/** undefined: it has a template of its own. */
export function workloadRefOf({ metadata, spec }: Rollout): ObjectRef | undefined {
  const { workloadRef } = spec;
  if (workloadRef === undefined) return undefined;
  const { apiVersion = '', kind = '', name = '' } = workloadRef;
  return { apiVersion, kind, namespace: metadata.namespace, name };
}
