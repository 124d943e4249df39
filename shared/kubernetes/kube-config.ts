/**
 * The one module that loads @kubernetes/client-node, which is large: everybody else imports its types only and this file
 * with `import()`, so that it stays out of a function's cold start.
 */
import { KubeConfig, type Cluster } from '@kubernetes/client-node';
import { InvalidSpecError, messageOf } from '#core/errors.ts';

/** Where credentials come from. With none of these: $KUBECONFIG, ~/.kube/config, or the pod's service account. */
export interface KubeConfigSource {
  /** Path of a kubeconfig file. */
  readonly file?: string;
  /** A kubeconfig itself, as YAML. */
  readonly text?: string;
  /** Another context than its current one. */
  readonly context?: string;
}

/** @throws InvalidSpecError when there is no such file or context */
export function loadKubeConfig(source: KubeConfigSource): KubeConfig {
  const config = new KubeConfig();
  try {
    if (source.text !== undefined) config.loadFromString(source.text);
    else if (source.file !== undefined) config.loadFromFile(source.file);
    else config.loadFromDefault();
  } catch (error) {
    throw new InvalidSpecError(`The kubeconfig cannot be read: ${messageOf(error)}`, { cause: error });
  }
  if (source.context !== undefined) config.setCurrentContext(source.context);
  config.clusters = config.clusters.map(allowLoopback);
  if (config.getCurrentCluster() === null) {
    const known = config.getContexts().map((context) => context.name);
    throw new InvalidSpecError(
      `The kubeconfig has no context ${JSON.stringify(config.currentContext)}; it has ${known.join(', ') || 'none'}`,
    );
  }
  return config;
}

/** client-node sends nothing over plain HTTP unless told so. Within this machine (the local stack, kubectl proxy) it may. */
function allowLoopback(cluster: Cluster): Cluster {
  const isLoopback = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|\/|$)/.test(cluster.server);
  return isLoopback ? { ...cluster, skipTLSVerify: true } : cluster;
}
