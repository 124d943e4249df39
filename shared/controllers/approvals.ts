/** Approvals of one wait, kept under a compare-and-set: two people at the same moment are two approvals. */
import { approvalRule, approvalsName, approve, needsApproval, type Approval } from '#core/commands/approvals.ts';
import type { Actor, Command, Verdict } from '#core/commands/command.ts';
import type { Policy } from '#core/commands/policy.ts';
import { ConflictError } from '#core/errors.ts';
import type { Rollout } from '#core/resources/argo.ts';
import type { Ports } from '../ports.ts';

/** Approvals that come between our read and our write at most this often; then the queue tries again. */
const ATTEMPTS = 5;

/**
 * @returns undefined: nothing is asked for, or enough have approved; it may be done
 * @throws ConflictError after five lost races
 */
export async function missingApproval(
  command: Command,
  actor: Actor,
  rollout: Rollout,
  ports: Ports,
  { directory }: Policy,
): Promise<Verdict | undefined> {
  const rule = approvalRule(rollout);
  if (rule === undefined || !needsApproval(command, rollout)) return undefined;
  const name = approvalsName(command);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const stored = await ports.cursors.get(name);
    const before = stored === undefined ? [] : (JSON.parse(stored) as Approval[]);
    const outcome = approve(actor, rule, before, directory, ports.clock.now());
    if (outcome.state === 'refused') return outcome;
    const text = JSON.stringify(outcome.given);
    if (text !== stored && !(await ports.cursors.set(name, text, stored))) continue;
    return outcome.state === 'enough' ? undefined : { state: 'applied', says: outcome.says };
  }
  throw new ConflictError(`others approve ${command.rollout.namespace}/${command.rollout.name} at the same moment`);
}
