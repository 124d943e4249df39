/** Applies a stored order; what was done is stored with it and told to who asked. */
import type { SQSRecord } from 'aws-lambda';
import { DEFAULT_ALERT_POLICY, type AlertPolicy } from '#core/alerts/policy.ts';
import { NO_POLICY, type Policy } from '#core/commands/policy.ts';
import type { Verdict } from '#core/commands/command.ts';
import { messageOf } from '#core/errors.ts';
import { applyAlert } from '#shared/controllers/alert.ts';
import { executeCommand } from '#shared/controllers/command.ts';
import { UNDO_UNLESS_MANAGED } from '#shared/controllers/rollback.ts';
import { tellOrder } from '#shared/controllers/order-told.ts';
import { outcomeOf } from '#shared/controllers/outcome.ts';
import type { Ports, RollbackRules, StoredOrder } from '#shared/ports.ts';
import { parseOrderContent, parseOrderMessage, type OrderContent } from './schema.ts';

export interface OrdersOptions {
  readonly policy?: Policy;
  readonly alerts?: AlertPolicy;
  readonly rollback?: RollbackRules;
  /** Tells the asker what became of the order; a failure here never repeats the order. */
  readonly answer?: (order: StoredOrder, verdict: Verdict) => Promise<void>;
}

export function createOrdersHandler(
  ports: Ports,
  { policy = NO_POLICY, alerts = DEFAULT_ALERT_POLICY, rollback = UNDO_UNLESS_MANAGED, answer }: OrdersOptions = {},
) {
  /** @throws what the queue must try again later */
  return async function applyMessage({ body }: Pick<SQSRecord, 'body'>): Promise<void> {
    await applyOrder(parseOrderMessage(body).orderId);
  };

  async function applyOrder(id: string): Promise<void> {
    const order = await ports.orders.get(id);
    if (order === undefined || order.state !== 'accepted') return;
    const content = parseOrderContent(order.order);
    const verdict = await carryOut(order, content);
    await ports.orders.finish(id, outcomeOf(verdict, ports.clock));
    ports.log.info('Order finished', {
      order: id,
      kind: content.kind,
      person: order.person,
      ...order.rollout,
      state: verdict.state,
      says: verdict.says,
    });
    if (content.kind === 'command') {
      const { command, actor } = content;
      await tellOrder('ordered', order, `${command.verb} by ${actor.name}: ${verdict.says}`, ports);
    }
    await tell(order, verdict);
  }

  async function carryOut(order: StoredOrder, content: OrderContent): Promise<Verdict> {
    if (content.kind === 'alert') return applyAlert(order, content.alert, ports, { alerts, policy, rollback });
    return executeCommand(content.command, content.actor, ports, policy);
  }

  async function tell(order: StoredOrder, verdict: Verdict): Promise<void> {
    try {
      await answer?.(order, verdict);
    } catch (error) {
      ports.log.warn('Answer not delivered', { order: order.id, error: messageOf(error) });
    }
  }
}
