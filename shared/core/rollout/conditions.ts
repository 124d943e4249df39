/** `status.conditions`: how one is set, and which ones a full status carries. engine §14. */
import type { RolloutCondition } from '../resources/argo.ts';
import { formatTimestamp, type Instant } from '../time.ts';

export type ConditionType =
  | 'InvalidSpec'
  /** Weir's own: see held-condition.ts. */
  | 'Held'
  | 'Healthy'
  | 'Completed'
  | 'Available'
  | 'Paused'
  | 'ReplicaFailure'
  | 'Progressing';

export interface NewCondition {
  readonly type: ConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

type Conditions = readonly RolloutCondition[];

export function findCondition(conditions: Conditions | undefined, type: ConditionType): RolloutCondition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

export function isTrue(conditions: Conditions | undefined, type: ConditionType): boolean {
  return findCondition(conditions, type)?.status === 'True';
}

export interface ConditionChange {
  readonly conditions: RolloutCondition[];
  /** False when status and reason were the same already: then message and times stay too. */
  readonly changed: boolean;
}

/** Moves to the end of the list; the transition time stays while the status does. */
export function setCondition(conditions: Conditions = [], next: NewCondition, now: Instant): ConditionChange {
  const current = findCondition(conditions, next.type);
  if (current?.status === next.status && current.reason === next.reason) {
    return { conditions: [...conditions], changed: false };
  }
  return { conditions: replaceCondition(conditions, next, now), changed: true };
}

/** As setCondition, but always written: `lastUpdateTime` of Progressing is the progress clock. engine §14.2 (b). */
export function replaceCondition(conditions: Conditions = [], next: NewCondition, now: Instant): RolloutCondition[] {
  const current = findCondition(conditions, next.type);
  const time = formatTimestamp(now);
  const lastTransitionTime = current?.status === next.status ? current.lastTransitionTime : time;
  return [...removeCondition(conditions, next.type), { ...next, lastUpdateTime: time, lastTransitionTime }];
}

export function removeCondition(conditions: Conditions = [], type: ConditionType): RolloutCondition[] {
  return conditions.filter((condition) => condition.type !== type);
}
