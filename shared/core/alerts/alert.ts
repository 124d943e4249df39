/** One alert of an Alertmanager group, as far as Weir reads it. */
import type { Instant } from '../time.ts';

export interface Alert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: Instant;
  readonly fingerprint: string;
}

/** What a delivery is told apart by: repeats of the same news are one. */
export function alertId({ fingerprint, startsAt, status }: Alert): string {
  return `alert:${fingerprint}:${startsAt}:${status}`;
}

export function alertName({ labels }: Alert): string {
  return labels['alertname'] ?? 'alert without a name';
}
