/** Statuses as plain values: drafts, the counters they start from, and the form in which they are stored. engine §1.3, §13. */
import type { RolloutCondition, RolloutStatus } from '../resources/argo.ts';
import type { ReplicaSet } from '../resources/kubernetes.ts';
import { newestHash, type Pass } from './pass.ts';
import { sum } from './replica-sets.ts';

/** A status under construction: undefined means absent. */
export type StatusDraft = Loose<Omit<RolloutStatus, 'canary' | 'blueGreen'>> & {
  readonly canary?: Loose<NonNullable<RolloutStatus['canary']>> | undefined;
  readonly blueGreen?: Loose<NonNullable<RolloutStatus['blueGreen']>> | undefined;
};

type Loose<T> = { readonly [Field in keyof T]?: T[Field] | undefined };

/** "Fresh": what survives from the stored status, and the counters; everything else is recomputed or vanishes. */
export function freshStatus(pass: Pass): StatusDraft {
  const { stored, sets } = pass;
  const currentPodHash = newestHash(pass);
  return {
    restartedAt: stored.restartedAt,
    alb: stored.alb,
    albs: stored.albs,
    duration: stored.duration,
    collisionCount: stored.collisionCount,
    conditions: stored.conditions,
    stableRS: stored.stableRS,
    promoteFull: stored.promoteFull === true && currentPodHash !== stored.stableRS,
    currentPodHash,
    replicas: sum(sets.all, ({ status }) => status?.replicas ?? 0),
    updatedReplicas: sets.newest?.status?.replicas ?? 0,
    ...servingCounters(sets.all),
  };
}

/** Pods that serve: of all ReplicaSets, or of the active one alone. */
export function servingCounters(
  serving: readonly ReplicaSet[],
): Required<Pick<RolloutStatus, 'readyReplicas' | 'availableReplicas' | 'HPAReplicas'>> {
  return {
    readyReplicas: sum(serving, ({ status }) => status?.readyReplicas ?? 0),
    availableReplicas: sum(serving, ({ status }) => status?.availableReplicas ?? 0),
    HPAReplicas: sum(serving, ({ status }) => status?.replicas ?? 0),
  };
}

/** Pointers in Go: their zero is a value, and is stored. */
const KEPT_WHEN_ZERO: ReadonlySet<string> = new Set(['currentStepIndex', 'collisionCount']);

/** As stored: zero values, empty texts, empty lists and empty parts are absent. engine §0 rule 2. */
export function storedForm(draft: StatusDraft): RolloutStatus {
  const stored: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(draft)) {
    const kept = name === 'blueGreen' || name === 'canary' ? withoutZeros(value as object) : value;
    if (!isZero(kept) || (kept === 0 && KEPT_WHEN_ZERO.has(name))) stored[name] = kept;
  }
  return stored;
}

function withoutZeros(part: object): object | undefined {
  const members = Object.entries(part ?? {}).filter(([, value]) => !isZero(value));
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

function isZero(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true;
  return Array.isArray(value) && value.length === 0;
}

export function withConditions(status: RolloutStatus, conditions: RolloutCondition[]): RolloutStatus {
  return { ...status, conditions };
}
