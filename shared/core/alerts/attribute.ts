/** Which Rollout an alert means, by its labels. */
import type { Rollout } from '../resources/argo.ts';
import type { Service } from '../resources/kubernetes.ts';
import type { Alert } from './alert.ts';
import { mappedLabels } from './mapping.ts';
import type { AlertMapping } from './policy.ts';

/** Labels that name a Rollout, the most exact first. */
const NAMING = ['rollout', 'rollouts_pod_template_hash', 'service', 'pod'] as const;

export interface AlertTarget {
  readonly cluster: string;
  /** Absent: looked for in all namespaces. */
  readonly namespace?: string;
  readonly by: (typeof NAMING)[number];
  readonly value: string;
}

export type Targeting = { readonly found: AlertTarget } | { readonly missing: string };

/**
 * `cluster` may be left out when one is configured. The team's mapping rules go before `service` and `pod`, which are often
 * those of an exporter.
 */
export function targetOf(alert: Alert, clusters: readonly string[], mapping: readonly AlertMapping[] = []): Targeting {
  const labels = isNamed(alert) ? alert.labels : (mappedLabels(alert, mapping) ?? alert.labels);
  const cluster = labels['cluster'] ?? (clusters.length === 1 ? clusters[0] : undefined);
  if (cluster === undefined) return { missing: 'the alert has no label "cluster", and several are configured' };
  if (!clusters.includes(cluster)) return { missing: `cluster "${cluster}" is not configured` };
  const by = namingLabel(labels);
  if (by === undefined) {
    return { missing: `the alert has none of the labels ${NAMING.join(', ')}, and no rule of alerts.mapping fits it` };
  }
  const namespace = labels['namespace'];
  return { found: { cluster, by, value: labels[by] ?? '', ...(namespace === undefined ? {} : { namespace }) } };
}

function isNamed({ labels }: Alert): boolean {
  return ['rollout', 'rollouts_pod_template_hash'].some((label) => (labels[label] ?? '') !== '');
}

function namingLabel(labels: Alert['labels']): AlertTarget['by'] | undefined {
  return NAMING.find((label) => (labels[label] ?? '') !== '');
}

/** @param services those of the Rollout's namespace that carry the target's name */
export function concerns(target: AlertTarget, rollout: Rollout, services: readonly Service[]): boolean {
  const { status } = rollout;
  switch (target.by) {
    case 'rollout':
      return rollout.metadata.name === target.value;
    case 'rollouts_pod_template_hash':
      return target.value === status?.currentPodHash || target.value === status?.stableRS;
    case 'service':
      return services.some((service) => service.metadata.name === target.value && selects(service, rollout));
    case 'pod':
      return [status?.currentPodHash, status?.stableRS].some(
        (hash) => hash !== undefined && target.value.startsWith(`${rollout.metadata.name}-${hash}-`),
      );
  }
}

/** A Service stands before a Rollout when its selector, but for the pod hash, matches the template's labels. */
function selects(service: Service, { spec }: Rollout): boolean {
  const selector = Object.entries(service.spec?.selector ?? {}).filter(([key]) => key !== 'rollouts-pod-template-hash');
  const labels: Record<string, string> = spec.template?.metadata?.labels ?? {};
  return selector.length > 0 && selector.every(([key, value]) => labels[key] === value);
}
