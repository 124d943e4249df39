/** What Rollouts work on although it belongs to others. engine §19. */
import type { Rollout } from '../resources/argo.ts';
import type { KubernetesObject } from '../resources/kubernetes.ts';

/** A kind of objects that belong to others, and carry a note of the Rollouts that work on them. */
export interface Lent {
  readonly apiVersion: string;
  /** Those that a Rollout works on, in its own namespace. */
  namesOf(rollout: Rollout): readonly string[];
  /** The Rollouts that it carries a note of. */
  managersOf(object: KubernetesObject): readonly string[];
  /** Without what these Rollouts have put into it. */
  without(object: KubernetesObject, managers: readonly string[]): KubernetesObject;
}
