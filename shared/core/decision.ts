/** A decision is data: what to do, what to say, when to look again. Two decisions compare with toEqual. */
import type { KubernetesObject, NewObject, ObjectRef } from './resources/kubernetes.ts';
import type { Millis } from './time.ts';

/** A change of the cluster, in the order in which it must be made, with the reason for it. */
export type Action =
  | { readonly type: 'create'; readonly object: NewObject; readonly because: string }
  | {
      /** Sent as the JSON merge patch between the two; unknown fields survive. */
      readonly type: 'patch';
      readonly before: KubernetesObject;
      readonly after: KubernetesObject;
      readonly because: string;
      /** Nothing depends on it: a failure is logged, and the rest is done. */
      readonly mayFail?: true;
    }
  | { readonly type: 'delete'; readonly object: ObjectRef; readonly because: string };

/** A Kubernetes Event on the object itself; reasons and texts are what Argo's tools read. */
export interface EventNote {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** Told on the object's controller as well. */
  readonly onOwnerToo?: true;
}

export interface Decision<Status> {
  readonly actions: readonly Action[];
  /** The whole new status; undefined leaves it as it is. */
  readonly status?: Status;
  readonly events: readonly EventNote[];
  /** When to look again, from `now`; undefined: only when something changes. */
  readonly requeueAfter?: Millis;
}

export const NOTHING_TO_DO: Decision<never> = { actions: [], events: [] };
