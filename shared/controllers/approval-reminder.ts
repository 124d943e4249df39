/** A wait for approvals is brought to mind once: one line in the thread of its card. */
import { approvalReminder, approvalRule, approvalsName } from '#core/commands/approvals.ts';
import { bindTo } from '#core/commands/command.ts';
import type { Rollout } from '#core/resources/argo.ts';
import type { Instant } from '#core/time.ts';
import type { ObjectKey, Ports } from '../ports.ts';
import { approvalsOf } from './approvals.ts';

/**
 * Told first, remembered then: the event's id makes what is told again the same line.
 * @returns when to look again; undefined: there is nothing (more) to bring to mind
 */
export async function remindOfApproval(key: ObjectKey, rollout: Rollout, ports: Ports): Promise<Instant | undefined> {
  const due = approvalReminder(rollout);
  const now = ports.clock.now();
  if (due === undefined || due > now) return due;
  const wait = { binding: bindTo(rollout) };
  const mark = `reminded/${approvalsName(wait)}`;
  if ((await ports.cursors.get(mark)) !== undefined) return undefined;
  const release = (await ports.history.latest(key))?.release;
  const message = await reminderText(wait, rollout, ports);
  const transition = { type: 'reminded', at: now, message, details: {} } as const;
  await ports.bus.publish([{ id: mark, key, releaseId: release?.id, release, transition }]);
  await ports.cursors.set(mark, 'told', undefined);
  return undefined;
}

async function reminderText(wait: Parameters<typeof approvalsOf>[0], rollout: Rollout, ports: Ports): Promise<string> {
  const rule = approvalRule(rollout);
  const given = (await approvalsOf(wait, ports)).map(({ person }) => person);
  const by = given.length === 0 ? '' : ` (${given.join(', ')})`;
  const of = rule === undefined || rule.approvers.length === 0 ? '' : `, of ${rule.approvers.join(', ')}`;
  return `It still waits: ${given.length} of ${rule?.needed ?? 1} approved${by}${of}`;
}
