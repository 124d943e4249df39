/** The clusters of the configuration, each with its own way in and its own failures. */
import { InvalidSpecError } from '#core/errors.ts';
import { SECOND, type Millis } from '#core/time.ts';
import type { ClusterConfig, WeirConfig } from '../config.ts';
import type { KubernetesCluster, KubernetesClusterOptions } from '../kubernetes/cluster.ts';
import { loadBalancersOf } from '../load-balancer/load-balancers-of.ts';
import type { Clock, Site, WatchQuery } from '../ports.ts';
import { once, onFirstUse } from './first-use.ts';

/** A cluster that does not answer in this time counts as down: others wait for the same function. */
const TIMEOUT: Millis = 10 * SECOND;
/** It is asked again after this. */
const REST: Millis = 15 * SECOND;

export interface SitesOptions {
  readonly config: WeirConfig;
  readonly clock: Clock;
  readonly region: string;
  /** The newest value of a secret in Secrets Manager. */
  readonly secret: (id: string) => Promise<string>;
}

export function createSites(options: SitesOptions): ReadonlyMap<string, Site> {
  return new Map(options.config.clusters.map((cluster) => [cluster.name, createSite(cluster, options)]));
}

function createSite(config: ClusterConfig, options: SitesOptions): Site {
  const { clock } = options;
  const { name, controllers, namespaces } = config;
  const kubeConfig = wayIn(config, options);
  const cluster = clusterOnFirstUse(name, async () => {
    const { createKubernetesCluster } = await import('../kubernetes/cluster.ts');
    return createKubernetesCluster({ name, kubeConfig, timeout: TIMEOUT, rest: REST });
  });
  const providers = onFirstUse(async () => {
    const site = await import('../site.ts');
    return site.createSite(config, cluster, { clock, egress: options.config.egress }).providers;
  });
  const loadBalancers = loadBalancersOf(config, options.region);
  return { cluster, controllers, namespaces, providers, ...(loadBalancers && { loadBalancers }) };
}

/** All of a cluster but its name and its watches are promises. */
function clusterOnFirstUse(name: string, load: () => Promise<KubernetesCluster>): KubernetesCluster {
  const loaded = once(load);
  const methods = onFirstUse(loaded);
  return Object.assign(Object.create(methods) as KubernetesCluster, {
    name,
    async *watch(query: WatchQuery) {
      yield* (await loaded()).watch(query);
    },
  });
}

function wayIn(config: ClusterConfig, { clock, region, secret }: SitesOptions): KubernetesClusterOptions['kubeConfig'] {
  const { name, eks, serviceAccount, kubeconfigSecret, context } = config;
  if (eks !== undefined) {
    return async () => {
      const [{ eksLogin }, credentials] = await Promise.all([import('../kubernetes/eks.ts'), ownCredentials()]);
      return eksLogin({ ...eks, region: eks.region ?? region, clock, credentials })();
    };
  }
  if (serviceAccount !== undefined) {
    return async () => {
      const { tokenLogin } = await import('../kubernetes/token-login.ts');
      const { server, certificateAuthority, tokenSecret } = serviceAccount;
      return tokenLogin({ server, certificateAuthority, token: () => secret(tokenSecret) });
    };
  }
  if (kubeconfigSecret !== undefined) {
    return async () => {
      const { kubeConfigFrom } = await import('../kubernetes/cluster.ts');
      return kubeConfigFrom({ text: await secret(kubeconfigSecret), ...(context && { context }) })();
    };
  }
  throw new InvalidSpecError(
    `cluster "${name}" has no way in from AWS: give it eks, serviceAccount or kubeconfigSecret`,
  );
}

/** Of the function itself. */
async function ownCredentials() {
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  return defaultProvider();
}
