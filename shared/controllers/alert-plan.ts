/** What an alert means here and now: the Rollouts it is about, and what it would do to each. Reads only. */
import type { Alert } from '#core/alerts/alert.ts';
import { concerns, targetOf, type AlertTarget } from '#core/alerts/attribute.ts';
import type { Delivery } from '#core/alerts/background.ts';
import type { AlertPolicy } from '#core/alerts/policy.ts';
import { reactTo, type Reaction } from '#core/alerts/react.ts';
import { ARGO_API_VERSION, type Rollout } from '#core/resources/argo.ts';
import type { Service } from '#core/resources/kubernetes.ts';
import type { ObjectKey, OrderStore, Ports, Site } from '../ports.ts';
import { siteOf } from './site.ts';

/** Who fired: deliveries of one fingerprint are found under it. */
export function personOf({ fingerprint }: Pick<Alert, 'fingerprint'>): string {
  return `alertmanager:${fingerprint}`;
}

/** Where deliveries are filed, whatever they turn out to be about; what each does to a rollout is filed under that one. */
export const ALERT_DELIVERIES = { cluster: '*', namespace: '*', name: 'alerts' } as const;

/** How far back the deliveries of one fingerprint are looked at. */
const DELIVERIES = 50;

export type AlertPorts = Pick<Ports, 'sites' | 'history' | 'orders' | 'clock'>;

export type AlertTargets =
  | { readonly cluster: string; readonly rollouts: readonly Rollout[] }
  /** Why it is about no rollout. */
  | { readonly missing: string };

/** @throws TransientError when the cluster does not answer */
export async function targetsOf(alert: Alert, ports: AlertPorts, policy: AlertPolicy): Promise<AlertTargets> {
  const target = targetOf(alert, [...ports.sites.keys()], policy.mapping);
  if ('missing' in target) return target;
  const { cluster, by, value } = target.found;
  const rollouts = await rolloutsOf(target.found, siteOf({ cluster }, ports));
  return rollouts.length === 0 ? { missing: `no rollout has ${by}=${value}` } : { cluster, rollouts };
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

/** @param orderId of this very delivery, which is no earlier one */
export async function reactionTo(
  alert: Alert,
  rollout: Rollout,
  key: ObjectKey,
  ports: AlertPorts,
  { policy, orderId }: { readonly policy: AlertPolicy; readonly orderId?: string },
): Promise<Reaction> {
  const release = (await ports.history.latest(key))?.release;
  const earlier = await deliveriesOf(alert, ports.orders, orderId);
  return reactTo(alert, rollout, { policy, release, earlier, now: ports.clock.now() });
}

async function deliveriesOf(
  alert: Alert,
  orders: OrderStore,
  orderId: string | undefined,
): Promise<readonly Delivery[]> {
  const stored = await orders.ofPerson(personOf(alert), DELIVERIES);
  return stored
    .filter(({ id, order }) => order['kind'] === 'alert' && id !== orderId)
    .map(({ order, receivedAt }) => ({ status: (order['alert'] as unknown as Alert).status, receivedAt }));
}
