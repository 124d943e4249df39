/** The cluster as `weir run` sees it: known before it is asked, with what it creates labelled and its Events written beside. */
import { createKubernetesCluster, kubeConfigFrom, type KubernetesCluster } from '#shared/kubernetes/cluster.ts';
import type { OnAnswer } from '#shared/kubernetes/connection.ts';
import type { ClusterConfig } from '#shared/config.ts';
import type { Clock, Log } from '#shared/ports.ts';
import type { Timers } from '../local/clock.ts';
import { CachedCluster, type CachedClusterOptions } from './cache/cached-cluster.ts';
import { createWith } from './created-objects.ts';
import { EventRecorder } from './event-recorder.ts';
import { kindsFor } from './kinds.ts';

export interface WeirClusterParts {
  readonly config: ClusterConfig;
  readonly instanceId: string | undefined;
  readonly timers: Timers & Clock;
  readonly log: Log;
  readonly onAnswer: OnAnswer;
  onChange: CachedClusterOptions['onChange'];
}

export interface WeirCluster {
  /** Asks the API server itself. */
  readonly direct: KubernetesCluster;
  readonly cached: CachedCluster;
  readonly events: EventRecorder;
  /** What handlers work on. */
  readonly cluster: KubernetesCluster;
}

/** @throws InvalidSpecError for a kubeconfig that cannot be read */
export async function createWeirCluster(parts: WeirClusterParts): Promise<WeirCluster> {
  const { config, instanceId, timers, log } = parts;
  const source = {
    ...(config.kubeconfig === undefined ? {} : { file: config.kubeconfig }),
    ...(config.context === undefined ? {} : { context: config.context }),
  };
  const kubeConfig = kubeConfigFrom(source);
  await kubeConfig();
  const direct = createKubernetesCluster({ name: config.name, kubeConfig, onAnswer: parts.onAnswer });
  const events = new EventRecorder(direct, { timers, log });
  const kinds = kindsFor(config.controllers, instanceId);
  const cached = new CachedCluster(direct, { ...parts, kinds, namespaces: config.namespaces });
  const create = createWith((object) => cached.create(object), { instanceId, events });
  return { direct, cached, events, cluster: withCreate(cached, create) };
}

function withCreate(cluster: KubernetesCluster, create: KubernetesCluster['create']): KubernetesCluster {
  return {
    name: cluster.name,
    get: (ref) => cluster.get(ref),
    list: (query) => cluster.list(query),
    watch: (query) => cluster.watch(query),
    create,
    patch: (ref, patch, version) => cluster.patch(ref, patch, version),
    patchStatus: (object, status, options) => cluster.patchStatus(object, status, options),
    delete: (ref, options) => cluster.delete(ref, options),
    askService: (service, request) => cluster.askService(service, request),
    close: () => cluster.close(),
  };
}
