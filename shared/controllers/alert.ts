/** A stored alert: which Rollouts it means, what it does to each, and what was done, one record per Rollout. */
import { alertName, type Alert } from '#core/alerts/alert.ts';
import { concerns, targetOf, type AlertTarget } from '#core/alerts/attribute.ts';
import { reactTo, type Reaction } from '#core/alerts/react.ts';
import type { PolicyRule } from '#core/commands/authorize.ts';
import { bindTo, type Actor, type Command, type Verdict } from '#core/commands/command.ts';
import { ARGO_API_VERSION, type Rollout } from '#core/resources/argo.ts';
import type { Service } from '#core/resources/kubernetes.ts';
import type { ObjectKey, Ports, Site, StoredOrder } from '../ports.ts';
import { executeCommand } from './command.ts';
import { evaluateNow } from './evaluate.ts';
import { tellOrder } from './order-told.ts';
import { siteOf } from './site.ts';

/** @returns what became of the alert as a whole */
export async function applyAlert(
  order: StoredOrder,
  alert: Alert,
  ports: Ports,
  policy: readonly PolicyRule[],
): Promise<Verdict> {
  const target = targetOf(alert, [...ports.sites.keys()]);
  if ('missing' in target) return { state: 'refused', says: `matches no rollout: ${target.missing}` };
  const rollouts = await rolloutsOf(target.found, siteOf(target.found, ports));
  const done: string[] = [];
  for (const rollout of rollouts)
    done.push(await applyToRollout(order, alert, rollout, target.found.cluster, ports, policy));
  if (done.length === 0)
    return { state: 'refused', says: `matches no rollout: ${target.found.by}=${target.found.value}` };
  return { state: 'applied', says: done.join('; ') };
}

async function rolloutsOf(target: AlertTarget, { cluster }: Site): Promise<readonly Rollout[]> {
  const scope = target.namespace === undefined ? {} : { namespace: target.namespace };
  const { items } = await cluster.list<Rollout>({ apiVersion: ARGO_API_VERSION, kind: 'Rollout', ...scope });
  const services =
    target.by === 'service' ? (await cluster.list<Service>({ apiVersion: 'v1', kind: 'Service', ...scope })).items : [];
  return items.filter((rollout) =>
    concerns(
      target,
      rollout,
      services.filter(({ metadata }) => metadata.namespace === rollout.metadata.namespace),
    ),
  );
}

async function applyToRollout(
  order: StoredOrder,
  alert: Alert,
  rollout: Rollout,
  cluster: string,
  ports: Ports,
  policy: readonly PolicyRule[],
): Promise<string> {
  const { namespace, name } = rollout.metadata;
  const own = await decideOnce(order, alert, rollout, cluster, ports);
  if (own.state !== 'accepted') return `${namespace}/${name}: ${own.verdict ?? own.state}`;
  const verdict = await carryOut(own.order as unknown as Reaction, own, alert, rollout, cluster, ports, policy);
  await ports.orders.finish(own.id, { state: verdict.state, verdict: verdict.says, finishedAt: ports.clock.now() });
  await tellOrder('alerted', own, `alert ${alertName(alert)} (${alert.status}): ${verdict.says}`, ports);
  return `${namespace}/${name}: ${verdict.says}`;
}

/** The reaction is stored before it is carried out: a redelivery must not decide anew on what it has done itself. */
async function decideOnce(
  order: StoredOrder,
  alert: Alert,
  rollout: Rollout,
  cluster: string,
  ports: Ports,
): Promise<StoredOrder> {
  const { namespace, name } = rollout.metadata;
  const id = `${order.id}/${cluster}/${namespace}/${name}`;
  const known = await ports.orders.get(id);
  if (known !== undefined) return known;
  const key: ObjectKey = { cluster, kind: 'Rollout', namespace, name };
  const reaction = reactTo(alert, rollout, (await ports.history.latest(key))?.release);
  const about = { alertname: alertName(alert), severity: alert.labels['severity'] ?? '' };
  const own: StoredOrder = { ...order, id, rollout: key, order: { kind: 'reaction', ...reaction, ...about } };
  await ports.orders.accept(own);
  return own;
}

async function carryOut(
  { action, because }: Reaction,
  order: StoredOrder,
  alert: Alert,
  rollout: Rollout,
  cluster: string,
  ports: Ports,
  policy: readonly PolicyRule[],
): Promise<Verdict> {
  switch (action) {
    case 'off':
      return { state: 'applied', says: `ignored: ${because}` };
    case 'notify':
      return { state: 'applied', says: `told: ${because}` };
    case 'evaluate':
      return evaluateNow(rollout, order.id, cluster, ports);
    case 'abort':
    case 'pause': {
      const { namespace, name } = rollout.metadata;
      const reason = `alert ${alertName(alert)}: ${because}`;
      const command: Command = {
        verb: action,
        rollout: { cluster, namespace, name },
        binding: bindTo(rollout),
        reason,
      };
      const actor: Actor = { id: order.person, name: `alert ${alertName(alert)}`, kind: 'alert' };
      const verdict = await executeCommand(command, actor, ports, policy);
      return { ...verdict, says: `${verdict.says} (${because})` };
    }
  }
}
