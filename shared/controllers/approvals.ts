/** Approvals of one wait, kept under a compare-and-set: two people at the same moment are two approvals. */
import { approvalRule, approvalsName, approve, needsApproval, type Approval } from '#core/commands/approvals.ts';
import type { Actor, Command, OrderEffect, Verdict } from '#core/commands/command.ts';
import type { Policy } from '#core/commands/policy.ts';
import { ConflictError } from '#core/errors.ts';
import type { Rollout } from '#core/resources/argo.ts';
import type { Ports } from '../ports.ts';

/** Approvals that come between our read and our write at most this often; then the queue tries again. */
const ATTEMPTS = 5;

/** Who has approved, and what is still missing. */
export interface Counted {
  /** Absent: enough have approved; it may be done. */
  readonly missing?: Verdict;
  readonly effect: OrderEffect;
}

/**
 * @returns undefined: no approval is asked for
 * @throws ConflictError after five lost races
 */
export async function countApproval(
  command: Command,
  actor: Actor,
  rollout: Rollout,
  ports: Ports,
  { directory }: Policy,
): Promise<Counted | undefined> {
  const rule = approvalRule(rollout);
  if (rule === undefined || !needsApproval(command, rollout)) return undefined;
  const name = approvalsName(command);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const stored = await ports.cursors.get(name);
    const outcome = approve(actor, rule, approvalsIn(stored), directory, ports.clock.now());
    if (outcome.state === 'refused') return { missing: outcome, effect: {} };
    const text = JSON.stringify(outcome.given);
    if (text !== stored && !(await ports.cursors.set(name, text, stored))) continue;
    const given = outcome.given.map(({ person }) => person);
    const effect: OrderEffect = { approvals: { needed: rule.needed, given } };
    return outcome.state === 'enough'
      ? { effect }
      : { missing: { state: 'applied', says: outcome.says, effect }, effect };
  }
  throw new ConflictError(`others approve ${command.rollout.namespace}/${command.rollout.name} at the same moment`);
}

/** Those of the wait that a Rollout stands in. */
export async function approvalsOf(command: Pick<Command, 'binding'>, ports: Pick<Ports, 'cursors'>) {
  return approvalsIn(await ports.cursors.get(approvalsName(command)));
}

function approvalsIn(stored: string | undefined): readonly Approval[] {
  return stored === undefined ? [] : (JSON.parse(stored) as Approval[]);
}
