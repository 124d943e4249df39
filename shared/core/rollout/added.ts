/** The first that is said of a Rollout. */
import type { Rollout } from '../resources/argo.ts';

/** Argo says so whenever it starts; here it is said once in the life of a Rollout, also of one that cannot be. */
export function addedText({ metadata }: Rollout): string {
  return `Rollout resource added to informer: ${metadata.namespace}/${metadata.name}`;
}
