/**
 * `weir.dev/approvals`: pauses without an end need this many people. The author of the release never counts, one person
 * with two accounts counts once, and what is not approved in time is aborted.
 */
import { durationOrUndefined } from '../duration.ts';
import type { Rollout } from '../resources/argo.ts';
import { HOUR, parseTimestamp, type Instant, type Millis } from '../time.ts';
import type { Actor, Command } from './command.ts';
import { isMeant, isSamePerson, type Directory } from './people.ts';

export const APPROVALS_ANNOTATION = 'weir.dev/approvals';
export const APPROVERS_ANNOTATION = 'weir.dev/approvers';
export const APPROVAL_TIMEOUT_ANNOTATION = 'weir.dev/approval-timeout';
/** Who made the release: an account, as in `people` of weir.yaml. */
export const AUTHOR_ANNOTATION = 'weir.dev/author';

export interface ApprovalRule {
  readonly needed: number;
  /** `@group`, people or accounts; empty: everybody whom the policy lets promote. */
  readonly approvers: readonly string[];
  readonly timeout?: Millis;
  readonly author?: string;
}

export interface Approval {
  /** Account of who approved. */
  readonly person: string;
  readonly at: Instant;
}

/** What becomes of one more approval. */
export type ApprovalOutcome =
  | { readonly state: 'refused'; readonly says: string }
  /** Recorded, and more are needed. */
  | { readonly state: 'recorded'; readonly given: readonly Approval[]; readonly says: string }
  | { readonly state: 'enough'; readonly given: readonly Approval[] };

/**
 * @returns undefined where no approval is asked for
 * A number that is none asks for two: what was meant as a guard must not open the gate.
 */
export function approvalRule({ metadata }: Rollout): ApprovalRule | undefined {
  const annotations = metadata.annotations ?? {};
  const text = annotations[APPROVALS_ANNOTATION];
  if (text === undefined || text === '0') return undefined;
  const timeout = durationOrUndefined(annotations[APPROVAL_TIMEOUT_ANNOTATION]);
  const author = annotations[AUTHOR_ANNOTATION];
  return {
    needed: /^[1-9]\d?$/.test(text) ? Number(text) : 2,
    approvers: (annotations[APPROVERS_ANNOTATION] ?? '').split(/[\s,]+/).filter((word) => word !== ''),
    ...(timeout !== undefined && timeout > 0 ? { timeout } : {}),
    ...(author === undefined || author === '' ? {} : { author }),
  };
}

/** Every way forward out of a wait for people asks for them; what ends a wait that ends by itself does not. */
export function needsApproval({ verb, full, skipCurrentStep, skipAllSteps }: Command, rollout: Rollout): boolean {
  if (verb !== 'promote') return false;
  return full === true || skipCurrentStep === true || skipAllSteps === true || waitsForPeople(rollout);
}

/** Paused until somebody says so. */
export function waitsForPeople({ spec, status }: Rollout): boolean {
  return (status?.pauseConditions ?? []).some(({ reason }) => {
    if (reason === 'CanaryPauseStep') {
      return spec.strategy?.canary?.steps?.[status?.currentStepIndex ?? 0]?.pause?.duration === undefined;
    }
    return reason !== 'BlueGreenPause' || (spec.strategy?.blueGreen?.autoPromotionSeconds ?? 0) === 0;
  });
}

/** Where the approvals of this very wait are kept: another pause, or another version, begins anew. */
export function approvalsName({ binding }: Pick<Command, 'binding'>): string {
  const { uid, podHash, stepIndex = 0, pausedAt = '' } = binding;
  return `approvals/${uid}/${podHash}/${stepIndex}/${pausedAt}`;
}

export function approve(
  actor: Actor,
  rule: ApprovalRule,
  before: readonly Approval[],
  directory: Directory,
  now: Instant,
): ApprovalOutcome {
  const refusal = refusalOf(actor, rule, directory);
  if (refusal !== undefined) return { state: 'refused', says: `${actor.name} may not approve: ${refusal}` };
  // Who has left the group since, or turned out to be the author, does not count any more.
  const still = before.filter(({ person }) => refusalOf({ id: person, kind: 'person' }, rule, directory) === undefined);
  const counted = still.some(({ person }) => isSamePerson(person, actor.id, directory));
  const given = counted ? still : [...still, { person: actor.id, at: now }];
  if (given.length >= rule.needed) return { state: 'enough', given };
  const by = given.map(({ person }) => person).join(', ');
  return { state: 'recorded', given, says: `approved: ${given.length} of ${rule.needed} (${by}); the pause goes on` };
}

function refusalOf(
  actor: Pick<Actor, 'id' | 'kind'>,
  { author, approvers }: ApprovalRule,
  directory: Directory,
): string | undefined {
  if (actor.kind !== 'person') return 'only people approve';
  if (author !== undefined && isSamePerson(author, actor.id, directory)) return 'the author of a release never counts';
  if (approvers.length === 0 || approvers.some((one) => isMeant(one, actor.id, directory))) return undefined;
  return `approvers are ${approvers.join(', ')}`;
}

/** When the wait for approvals ends in an abort; undefined: it has no end. */
export function approvalDeadline(rollout: Rollout): Instant | undefined {
  const timeout = approvalRule(rollout)?.timeout;
  const since = waitingSince(rollout);
  return timeout === undefined || since === undefined ? undefined : since + timeout;
}

/** When the wait is brought to mind: after half of its time, or an hour. */
export function approvalReminder(rollout: Rollout): Instant | undefined {
  const rule = approvalRule(rollout);
  const since = waitingSince(rollout);
  return rule === undefined || since === undefined ? undefined : since + (rule.timeout ?? 2 * HOUR) / 2;
}

function waitingSince(rollout: Rollout): Instant | undefined {
  return waitsForPeople(rollout) ? parseTimestamp(rollout.status?.pauseConditions?.[0]?.startTime) : undefined;
}
