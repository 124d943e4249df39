/** Alerts: what was delivered, and what a payload would do. */
import { alertName, type Alert } from '#core/alerts/alert.ts';
import type { AlertPolicy } from '#core/alerts/policy.ts';
import type { Reaction } from '#core/alerts/react.ts';
import { truncatedAlert } from '#core/alerts/truncated.ts';
import type { JsonObject } from '#core/json.ts';
import type { RolloutName } from '#core/commands/resolve-name.ts';
import type { AlertGroup } from '#shared/alertmanager/payload.ts';
import { ALERT_DELIVERIES, reactionTo, targetsOf, type AlertPorts } from '#shared/controllers/alert-plan.ts';
import type { OrderStore, StoredOrder } from '#shared/ports.ts';

/** What one alert of a payload would do, and why. */
export interface ExplainedAlert {
  readonly alert: string;
  readonly status: Alert['status'];
  readonly labels: Alert['labels'];
  /** Why it is about no rollout. */
  readonly missing?: string;
  readonly rollouts: readonly {
    readonly rollout: RolloutName;
    readonly action: Reaction['action'];
    readonly because: string;
  }[];
}

/** Changes nothing. */
export async function explainAlerts(
  group: AlertGroup,
  ports: AlertPorts,
  policy: AlertPolicy,
): Promise<readonly ExplainedAlert[]> {
  const leftOut = truncatedAlert(group, ports.clock.now());
  const alerts = leftOut === undefined ? group.alerts : [...group.alerts, leftOut];
  return Promise.all(alerts.map((alert) => explain(alert, ports, policy)));
}

async function explain(alert: Alert, ports: AlertPorts, policy: AlertPolicy): Promise<ExplainedAlert> {
  const { status, labels } = alert;
  const about = { alert: alertName(alert), status, labels };
  if (about.alert === policy.watchdog)
    return { ...about, missing: 'it proves the way from Alertmanager to Weir, and is about no rollout', rollouts: [] };
  const targets = await targetsOf(alert, ports, policy);
  if ('missing' in targets) return { ...about, missing: targets.missing, rollouts: [] };
  const { cluster } = targets;
  const rollouts = targets.rollouts.map(async (rollout) => {
    const { namespace, name } = rollout.metadata;
    const reaction = await reactionTo(alert, rollout, { cluster, kind: 'Rollout', namespace, name }, ports, { policy });
    return { rollout: { cluster, namespace, name }, ...reaction };
  });
  return { ...about, rollouts: await Promise.all(rollouts) };
}

/** One delivery as it was stored, and what became of it. */
export interface DeliveredAlert {
  readonly alert: string;
  readonly status: string;
  readonly labels: JsonObject;
  readonly receivedAt: number;
  readonly state: StoredOrder['state'];
  readonly verdict?: string;
}

/** Newest first. */
export async function deliveredAlerts(orders: OrderStore, limit: number): Promise<readonly DeliveredAlert[]> {
  return (await orders.ofRollout(ALERT_DELIVERIES, limit)).map(({ order, receivedAt, state, verdict }) => {
    const alert = order['alert'] as unknown as Alert;
    const about = { alert: alertName(alert), status: alert.status, labels: alert.labels, receivedAt, state };
    return verdict === undefined ? about : { ...about, verdict };
  });
}
