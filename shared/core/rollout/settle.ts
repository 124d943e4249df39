/**
 * What a pass decides, together with what the passes right after it would only add to the status: a step that ends, the pause
 * that begins and the condition that tells of it are one write instead of three. Never more than one step at a time, and never
 * past a state that somebody who watches the Rollout would have seen.
 */
import type { Decision } from '../decision.ts';
import type { RolloutStatus } from '../resources/argo.ts';
import { decideRollout } from './decide.ts';
import type { RolloutSnapshot } from './snapshot.ts';

/** So many passes lie between the end of a step and rest; whatever goes on longer goes on in passes of its own. */
const MOST_PASSES = 4;

export function decideAndSettle(snapshot: RolloutSnapshot): Decision<RolloutStatus> {
  let decision = decideRollout(snapshot);
  for (let pass = 1; pass < MOST_PASSES; pass += 1) {
    const next = afterwards(decision, snapshot);
    if (next === undefined) return decision;
    decision = { ...next, events: [...decision.events, ...next.events] };
  }
  return decision;
}

/** @returns undefined: the next pass does more than complete this status, or nothing */
function afterwards(
  { actions, status }: Decision<RolloutStatus>,
  snapshot: RolloutSnapshot,
): Decision<RolloutStatus> | undefined {
  if (status === undefined || actions.length > 0) return undefined;
  const { rollout } = snapshot;
  const next = decideRollout({ ...snapshot, rollout: { ...rollout, status } });
  if (next.status === undefined || next.actions.length > 0) return undefined;
  if (next.status.currentStepIndex !== status.currentStepIndex) return undefined;
  return hidesState(rollout.status ?? {}, status, next.status) ? undefined : next;
}

/** Was the phase or a condition, in between, what it was neither before nor is afterwards? Watchers wait for such states. */
function hidesState(before: RolloutStatus, between: RolloutStatus, after: RolloutStatus): boolean {
  const [was, inBetween, is] = [before, between, after].map(visibleStates);
  return [...(inBetween ?? [])].some(([what, state]) => state !== was?.get(what) && state !== is?.get(what));
}

function visibleStates({ phase, conditions = [] }: RolloutStatus): ReadonlyMap<string, string> {
  const told = conditions.map(({ type, status, reason, message }): [string, string] => [
    type,
    `${status} ${reason} ${message}`,
  ]);
  return new Map([['phase', phase ?? ''], ...told]);
}
