/** Alerts that were firing already when a release began say nothing about it. */
import type { Instant } from '../time.ts';
import type { Alert } from './alert.ts';

/** A delivery of the same fingerprint that was received before. */
export interface Delivery {
  readonly status: Alert['status'];
  readonly receivedAt: Instant;
}

/**
 * @param earlier all that is known of the alert's fingerprint, in any order
 * @param releasedAt when the release began
 */
export function isBackground(alert: Alert, earlier: readonly Delivery[], releasedAt: Instant): boolean {
  if (alert.startsAt < releasedAt) return true;
  // A restarted Prometheus gives an alert that fires on a new start: what was received tells.
  const inOrder = earlier.toSorted((a, b) => a.receivedAt - b.receivedAt);
  const atStart = inOrder.findLast(({ receivedAt }) => receivedAt < releasedAt);
  const resolvedSince = inOrder.some(({ status, receivedAt }) => status === 'resolved' && receivedAt >= releasedAt);
  return atStart?.status === 'firing' && !resolvedSince;
}
