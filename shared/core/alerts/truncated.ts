/** Alertmanager leaves alerts out of a payload beyond `max_alerts`: what it left out may be the one that mattered. */
import type { Instant } from '../time.ts';
import type { Alert } from './alert.ts';

/** Labels that would claim to know whose pods the unknown alerts are about, or how bad they are. */
const UNKNOWN = ['rollouts_pod_template_hash', 'role', 'pod', 'severity', 'alertname'];

export interface TruncatedGroup {
  readonly groupKey: string;
  /** How many alerts were left out. */
  readonly truncatedAlerts: number;
  readonly commonLabels: Readonly<Record<string, string>>;
  readonly alerts: readonly Alert[];
}

/**
 * One alert that stands for those left out: it names what all of the group have in common and no version, so that by
 * default the metrics of the release are asked.
 * @returns undefined when nothing was left out, or the group does not fire
 */
export function truncatedAlert(group: TruncatedGroup, now: Instant): Alert | undefined {
  const firing = group.alerts.filter(({ status }) => status === 'firing');
  if (group.truncatedAlerts === 0 || firing.length === 0) return undefined;
  const labels = Object.fromEntries(Object.entries(group.commonLabels).filter(([label]) => !UNKNOWN.includes(label)));
  return {
    status: 'firing',
    labels: { ...labels, alertname: `${group.truncatedAlerts} alerts left out by Alertmanager` },
    annotations: {},
    // As new as the newest that is shown: an old group of which nothing is new stays background.
    startsAt: Math.min(now, Math.max(...firing.map(({ startsAt }) => startsAt))),
    fingerprint: `truncated:${group.groupKey}`,
  };
}
