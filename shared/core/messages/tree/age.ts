/** How old an object is, as kubectl writes it. */
import type { KubernetesObject } from '../../resources/kubernetes.ts';
import { HOUR, MINUTE, parseTimestamp, SECOND, type Instant } from '../../time.ts';

const DAY = 24 * HOUR;

export function ageText(object: KubernetesObject, now: Instant): string {
  const created = parseTimestamp(object.metadata.creationTimestamp);
  if (created === undefined) return '';
  const age = Math.max(0, now - created);
  if (age < 2 * MINUTE) return `${Math.floor(age / SECOND)}s`;
  if (age < 3 * HOUR) return `${Math.floor(age / MINUTE)}m`;
  if (age < 2 * DAY) return `${Math.floor(age / HOUR)}h`;
  return `${Math.floor(age / DAY)}d`;
}
