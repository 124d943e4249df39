/** A wait for approvals that nobody ended in time ends in an abort. */
import { approvalDeadline, approvalsName } from '#core/commands/approvals.ts';
import { bindTo, type Actor, type Command } from '#core/commands/command.ts';
import type { JsonObject } from '#core/json.ts';
import type { Rollout } from '#core/resources/argo.ts';
import { formatTimestamp, type Instant } from '#core/time.ts';
import type { ObjectKey, Ports, StoredOrder } from '../ports.ts';
import { executeCommand } from './command.ts';
import { tellOrder } from './order-told.ts';
import { outcomeOf } from './outcome.ts';

const ACTOR: Actor = { id: 'weir:approval-timeout', name: 'the approval timeout', kind: 'program' };

/**
 * Through the one door, and stored as every order.
 * @returns when to look again; undefined: nothing waits any more
 */
export async function expireApproval(key: ObjectKey, rollout: Rollout, ports: Ports): Promise<Instant | undefined> {
  const deadline = approvalDeadline(rollout);
  if (deadline === undefined || deadline > ports.clock.now()) return deadline;
  const { cluster, namespace, name } = key;
  const reason = `not approved by ${formatTimestamp(deadline)}`;
  const command: Command = { verb: 'abort', rollout: { cluster, namespace, name }, binding: bindTo(rollout), reason };
  const order = orderFor(command, ports.clock.now());
  await ports.orders.accept(order);
  const verdict = await executeCommand(command, ACTOR, ports);
  // Another version may have come meanwhile, or a promotion: then nothing was aborted.
  const says = verdict.state === 'applied' ? `aborted: ${reason}` : verdict.says;
  await ports.orders.finish(order.id, outcomeOf({ ...verdict, says }, ports.clock));
  await tellOrder('ordered', order, says, ports);
  return undefined;
}

function orderFor(command: Command, now: Instant): StoredOrder {
  return {
    id: `expired/${approvalsName(command)}`,
    receivedAt: now,
    person: ACTOR.id,
    rollout: command.rollout,
    order: { kind: 'command', command, actor: ACTOR } as unknown as JsonObject,
    state: 'accepted',
  };
}
