/** Orders as an audit trail: when, who, from where, what, why, what became of it, what the object showed before and after. */
import { changesText } from '../commands/shown.ts';
import { formatTimestamp, type Instant } from '../time.ts';
import { printable } from './line.ts';
import { orderLine, type ToldOrder } from './story.ts';

export interface AuditedOrder extends ToldOrder {
  readonly id: string;
  readonly rollout: { readonly cluster: string; readonly namespace: string; readonly name: string };
  readonly finishedAt?: Instant;
}

/** @param orders newest first, as the stores tell them */
export function auditTrail(orders: readonly AuditedOrder[]): string {
  if (orders.length === 0) return 'No order is recorded.';
  return orders.flatMap(entry).map(printable).join('\n');
}

function entry(order: AuditedOrder): readonly string[] {
  const { rollout, effect } = order;
  const changed = changesText(effect?.before, effect?.after ?? effect?.before);
  return [
    orderLine(order).trimStart(),
    `    ${wordsOf(order)} ${rollout.cluster}/${rollout.namespace}/${rollout.name}, ${order.state}${fromWhere(order)}${took(order)}`,
    ...(changed === '' ? [] : [`    ${changed}`]),
  ];
}

function wordsOf({ order }: AuditedOrder): string {
  const { verb } = (order['command'] ?? {}) as { verb?: string };
  const action = order['action'] ?? order['kind'];
  return verb ?? (typeof action === 'string' ? action : 'order');
}

function fromWhere({ id, order }: AuditedOrder): string {
  const { channel } = (order['actor'] ?? {}) as { channel?: string };
  const [door = ''] = id.split(/[:/]/);
  return channel === undefined || channel === '' ? `, from ${door}` : `, from ${door} ${channel}`;
}

function took({ finishedAt }: AuditedOrder): string {
  return finishedAt === undefined ? '' : `, finished ${formatTimestamp(finishedAt)}`;
}
