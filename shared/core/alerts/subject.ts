/** Whose pods an alert is about. */
import type { Rollout } from '../resources/argo.ts';
import type { Alert } from './alert.ts';
import type { AlertSubject } from './policy.ts';

/** What ephemeral metadata usually calls the two versions. */
const ROLES = ['canary', 'preview', 'stable', 'active'];

/**
 * By pod hash, by the name of a pod, or by the label `role` of ephemeral metadata.
 * @returns 'other' for pods of a version that is neither being released nor stable
 */
export function subjectOf({ labels }: Alert, rollout: Rollout): AlertSubject | 'other' {
  const { status } = rollout;
  const hash = hashOf(labels, rollout) ?? hashOfRole(labels['role'] ?? '', status);
  if (hash === undefined) return 'rollout';
  if (hash === status?.currentPodHash) return 'canary';
  return hash === status?.stableRS ? 'stable' : 'other';
}

function hashOf(labels: Alert['labels'], { metadata, status }: Rollout): string | undefined {
  const hash = labels['rollouts_pod_template_hash'] ?? '';
  if (hash !== '') return hash;
  const pod = labels['pod'] ?? '';
  return [status?.currentPodHash, status?.stableRS].find(
    (known) => known !== undefined && pod.startsWith(`${metadata.name}-${known}-`),
  );
}

/** `active` is the version that gets the traffic, which may be the new one already. */
function hashOfRole(role: string, status: Rollout['status']): string | undefined {
  if (!ROLES.includes(role)) return undefined;
  if (role === 'canary' || role === 'preview') return status?.currentPodHash;
  return (role === 'active' ? status?.blueGreen?.activeSelector : undefined) ?? status?.stableRS;
}
