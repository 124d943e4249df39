/** What a command would change. */
import type { JsonObject } from '../json.ts';
import type { RolloutStatus } from '../resources/argo.ts';
import type { KubernetesObject } from '../resources/kubernetes.ts';
import type { Verdict } from './command.ts';

export interface Change {
  readonly state: 'change';
  /** The Rollout's whole new status. */
  readonly status?: RolloutStatus;
  /** Merge patch of the Rollout's spec. */
  readonly spec?: JsonObject;
  /** Merge patch of another object: the workload behind a `workloadRef`, a run, an Experiment. */
  readonly other?: { readonly object: KubernetesObject; readonly patch: JsonObject };
  readonly says: string;
}

export type Effect = Change | Verdict;

export function refused(says: string): Verdict {
  return { state: 'refused', says };
}

/** It has come true, by whomever. */
export function applied(says: string): Verdict {
  return { state: 'applied', says };
}

export function stale(says: string): Verdict {
  return { state: 'stale', says };
}
