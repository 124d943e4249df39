/** A cluster of the configuration, plugged together: its API, and the metrics that are asked for it. */
import { readFileSync } from 'node:fs';
import type { EgressPolicy } from '#core/egress/judge.ts';
import type { Secret } from '#core/resources/kubernetes.ts';
import type { ClusterConfig } from './config.ts';
import type { KubernetesCluster } from './kubernetes/cluster.ts';
import { loadBalancersOf } from './load-balancer/load-balancers-of.ts';
import { coalesced } from './metric-providers/coalesce.ts';
import { createMetricProviders } from './metric-providers/registry.ts';
import type { Clock, Cluster, Site } from './ports.ts';

export interface SiteOptions {
  readonly clock: Clock;
  readonly egress: EgressPolicy;
}

export function createSite(config: ClusterConfig, cluster: KubernetesCluster, { clock, egress }: SiteOptions): Site {
  const providers = createMetricProviders({
    clock,
    cluster,
    egress,
    addressRules: config.metrics,
    secrets: (namespace, name) => readSecret(cluster, namespace, name),
    controllerNamespace: ownNamespace(),
    environment: process.env,
    serviceProxy: (service, request) => cluster.askService(service, request),
  });
  const { controllers, namespaces } = config;
  const loadBalancers = loadBalancersOf(config);
  return { cluster, controllers, namespaces, providers: coalesced(providers), ...(loadBalancers && { loadBalancers }) };
}

/** Where provider secrets are looked up (analysis §15). */
function ownNamespace(): string {
  return process.env['POD_NAMESPACE'] || namespaceOfServiceAccount() || 'argo-rollouts';
}

/** Empty outside of a pod. */
function namespaceOfServiceAccount(): string {
  try {
    return readFileSync('/var/run/secrets/kubernetes.io/serviceaccount/namespace', 'utf8').trim();
  } catch {
    return '';
  }
}

async function readSecret(cluster: Cluster, namespace: string, name: string) {
  const secret = await cluster.get<Secret>({ apiVersion: 'v1', kind: 'Secret', namespace, name });
  if (secret === undefined) return undefined;
  const data = Object.entries((secret.data ?? {}) as Record<string, string>);
  return Object.fromEntries(data.map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]));
}
