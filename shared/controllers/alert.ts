/** A stored alert: which Rollouts it means, what it does to each, and what was done, one record per Rollout. */
import { alertName, type Alert } from '#core/alerts/alert.ts';
import type { AlertPolicy } from '#core/alerts/policy.ts';
import type { Reaction } from '#core/alerts/react.ts';
import type { Policy } from '#core/commands/policy.ts';
import { bindTo, type Actor, type Command, type Verdict } from '#core/commands/command.ts';
import type { Rollout } from '#core/resources/argo.ts';
import type { ObjectKey, Ports, RollbackRules, StoredOrder } from '../ports.ts';
import { reactionTo, targetsOf } from './alert-plan.ts';
import { executeCommand } from './command.ts';
import { evaluateNow } from './evaluate.ts';
import { tellOrder } from './order-told.ts';
import { outcomeOf } from './outcome.ts';
import { rollBack } from './rollback.ts';

export interface AlertRules {
  readonly alerts: AlertPolicy;
  readonly policy: Policy;
  readonly rollback: RollbackRules;
}

/** An alert and one of the Rollouts that it is about. */
interface Concern {
  readonly alert: Alert;
  readonly rollout: Rollout;
  readonly key: ObjectKey;
}

/**
 * @returns what became of the alert as a whole
 * @throws what the queue must try again later, once all that could be done is done
 */
export async function applyAlert(order: StoredOrder, alert: Alert, ports: Ports, rules: AlertRules): Promise<Verdict> {
  if (alertName(alert) === rules.alerts.watchdog) return { state: 'applied', says: 'the way from Alertmanager works' };
  const targets = await targetsOf(alert, ports, rules.alerts);
  if ('missing' in targets) return { state: 'refused', says: `matches no rollout: ${targets.missing}` };
  const done = [];
  for (const rollout of targets.rollouts) {
    const { namespace, name } = rollout.metadata;
    const key = { cluster: targets.cluster, kind: 'Rollout', namespace, name } as const;
    done.push(await settled(applyToRollout(order, { alert, rollout, key }, ports, rules)));
  }
  const failed = done.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return {
    state: 'applied',
    says: done.flatMap((result) => (result.status === 'fulfilled' ? result.value : [])).join('; '),
  };
}

async function settled<T>(work: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [result] = await Promise.allSettled([work]);
  return result;
}

async function applyToRollout(order: StoredOrder, concern: Concern, ports: Ports, rules: AlertRules): Promise<string> {
  const { alert, key } = concern;
  const own = await decideOnce(order, concern, ports, rules.alerts);
  const where = `${key.namespace}/${key.name}`;
  if (own.state !== 'accepted') return `${where}: ${own.verdict ?? own.state}`;
  const verdict = await carryOut(own, concern, ports, rules);
  await ports.orders.finish(own.id, outcomeOf(verdict, ports.clock));
  await tellOrder('alerted', own, `alert ${alertName(alert)} (${alert.status}): ${verdict.says}`, ports);
  return `${where}: ${verdict.says}`;
}

/** The reaction is stored before it is carried out: a redelivery must not decide anew on what it has done itself. */
async function decideOnce(
  order: StoredOrder,
  { alert, rollout, key }: Concern,
  ports: Ports,
  policy: AlertPolicy,
): Promise<StoredOrder> {
  const id = `${order.id}/${key.cluster}/${key.namespace}/${key.name}`;
  const known = await ports.orders.get(id);
  if (known !== undefined) return known;
  const reaction = await reactionTo(alert, rollout, key, ports, { policy, orderId: order.id });
  const about = { alertname: alertName(alert), severity: alert.labels['severity'] ?? '' };
  const own: StoredOrder = { ...order, id, rollout: key, order: { kind: 'reaction', ...reaction, ...about } };
  await ports.orders.accept(own);
  return own;
}

async function carryOut(
  order: StoredOrder,
  concern: Concern,
  ports: Ports,
  { policy, rollback }: AlertRules,
): Promise<Verdict> {
  const { action, because } = order.order as unknown as Reaction;
  switch (action) {
    case 'off':
      return { state: 'applied', says: `ignored: ${because}` };
    case 'notify':
      return { state: 'applied', says: `told: ${because}` };
    case 'evaluate':
      return evaluateNow(concern.rollout, order.id, concern.key.cluster, ports);
    case 'rollback':
      return rollBack(
        { ...concern, what: `alert ${alertName(concern.alert)}`, because, actor: actorFor(order, concern) },
        ports,
        policy,
        rollback,
      );
    case 'abort':
    case 'pause': {
      const verdict = await executeCommand(
        commandFor(action, because, concern),
        actorFor(order, concern),
        ports,
        policy,
      );
      return { ...verdict, says: `${verdict.says} (${because})` };
    }
  }
}

function commandFor(verb: 'abort' | 'pause', because: string, { alert, rollout, key }: Concern): Command {
  const { cluster, namespace, name } = key;
  const reason = `alert ${alertName(alert)}: ${because}`;
  return { verb, rollout: { cluster, namespace, name }, binding: bindTo(rollout), reason };
}

function actorFor({ person }: StoredOrder, { alert }: Concern): Actor {
  return { id: person, name: `alert ${alertName(alert)}`, kind: 'alert' };
}
