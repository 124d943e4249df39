/** Old versions stay up for a while: the scale-down deadline. engine §6.2, §8.4. */
import { SCALE_DOWN_DEADLINE } from '../resources/keys.ts';
import type { ReplicaSet } from '../resources/kubernetes.ts';
import { formatTimestamp, parseTimestamp, SECOND, type Instant, type Millis } from '../time.ts';
import type { Changes } from './changes.ts';
import { byRevisionDown, sizeOf } from './replica-sets.ts';

export function hasDeadline(replicaSet: ReplicaSet): boolean {
  return deadlineText(replicaSet) !== '';
}

function deadlineText(replicaSet: ReplicaSet): string {
  return replicaSet.metadata.annotations?.[SCALE_DOWN_DEADLINE] ?? '';
}

/** Positive time to the deadline; undefined when it has passed, is unreadable, or there is none. */
export function remainingDelay(replicaSet: ReplicaSet, now: Instant): Millis | undefined {
  const deadline = parseTimestamp(deadlineText(replicaSet));
  return deadline !== undefined && deadline > now ? deadline - now : undefined;
}

export function isWithinDeadline(replicaSet: ReplicaSet, now: Instant): boolean {
  return remainingDelay(replicaSet, now) !== undefined;
}

export function addDeadline(replicaSet: ReplicaSet, delaySeconds: number, now: Instant, changes: Changes): void {
  const deadline = formatTimestamp(now + delaySeconds * SECOND);
  const because = `it stays up for ${delaySeconds} s more`;
  changes.edit(replicaSet, (current) => withDeadline(current, deadline), because);
}

export function removeDeadline(replicaSet: ReplicaSet, changes: Changes): void {
  changes.edit(replicaSet, withoutDeadline, 'it is needed again');
}

function withDeadline(replicaSet: ReplicaSet, deadline: string): ReplicaSet {
  const annotations = { ...replicaSet.metadata.annotations, [SCALE_DOWN_DEADLINE]: deadline };
  return { ...replicaSet, metadata: { ...replicaSet.metadata, annotations } };
}

export function withoutDeadline(replicaSet: ReplicaSet): ReplicaSet {
  const { [SCALE_DOWN_DEADLINE]: deadline, ...annotations } = replicaSet.metadata.annotations ?? {};
  if (deadline === undefined) return replicaSet;
  return { ...replicaSet, metadata: { ...replicaSet.metadata, annotations } };
}

export interface DelayRules {
  readonly now: Instant;
  readonly delaySeconds: number;
  /** How many old versions may wait at a time. */
  readonly revisionLimit: number;
  /** Size of one that waits. */
  readonly keep: (replicaSet: ReplicaSet) => number;
}

/**
 * Wanted size of each old version, newest revision first: those within the limit wait for their deadline (which is given
 * to those that have none), the rest go to 0. A delay of 0 scales down at once (deviation `scale-down-delay-zero`).
 */
export function sizesUnderDelay(
  replicaSets: readonly ReplicaSet[],
  rules: DelayRules,
  changes: Changes,
): ReadonlyMap<ReplicaSet, number> {
  const delay = new ScaleDownDelay(rules, changes);
  return new Map(replicaSets.toSorted(byRevisionDown).map((replicaSet) => [replicaSet, delay.sizeOf(replicaSet)]));
}

/** Counts how many wait already; to be asked newest revision first. */
export class ScaleDownDelay {
  readonly #rules: DelayRules;
  readonly #changes: Changes;
  #waiting = 0;

  constructor(rules: DelayRules, changes: Changes) {
    this.#rules = rules;
    this.#changes = changes;
  }

  /** Wanted size; one that has no deadline yet may get it by this. */
  sizeOf(replicaSet: ReplicaSet): number {
    const { delaySeconds, revisionLimit, now, keep } = this.#rules;
    const fresh = !hasDeadline(replicaSet);
    const remaining = fresh ? delaySeconds * SECOND : remainingDelay(replicaSet, now);
    const waits = this.#waiting < revisionLimit && remaining !== undefined && remaining > 0;
    if (!fresh || waits) this.#waiting += 1;
    if (waits && fresh) addDeadline(replicaSet, delaySeconds, now, this.#changes);
    if (waits) this.#changes.requeue(remaining);
    return !waits ? 0 : fresh ? sizeOf(replicaSet) : keep(replicaSet);
  }
}
