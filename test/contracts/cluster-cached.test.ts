import { ARGO_API_VERSION } from '#core/resources/argo.ts';
import { createKubernetesCluster, kubeConfigFrom } from '#shared/kubernetes/cluster.ts';
import { kubeconfigFor, startServer } from '../../infra/local/kubernetes/server.ts';
import { Store } from '../../infra/local/kubernetes/store.ts';
import { CachedCluster } from '../../infra/run/cache/cached-cluster.ts';
import { processClock } from '../../infra/run/process-clock.ts';
import { aLog } from '../support/quiet-log.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { defineClusterContract } from './cluster.ts';

/** Everything that the contract touches is known from watches; nothing it promises may differ for that. */
defineClusterContract('the cache of weir run against the embedded API server', async () => {
  const store = new Store({ clock: new VirtualClock() });
  store.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'contract' } });
  const server = await startServer(store, { token: 'secret' });
  const kubeConfig = kubeConfigFrom({ text: kubeconfigFor('local', server, 'secret') });
  const direct = createKubernetesCluster({ name: 'local', kubeConfig, pageSize: 2 });
  const cluster = new CachedCluster(direct, {
    kinds: [
      { apiVersion: ARGO_API_VERSION, kind: 'Rollout' },
      { apiVersion: ARGO_API_VERSION, kind: 'AnalysisRun' },
      { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
      { apiVersion: 'v1', kind: 'Service' },
      { apiVersion: 'v1', kind: 'ConfigMap' },
    ],
    namespaces: [],
    timers: processClock,
    log: aLog(),
    onChange: () => undefined,
  });
  await cluster.start();
  return {
    cluster,
    namespace: 'contract',
    forgottenVersion: async () => {
      store.compact();
      return '1';
    },
    close: async () => {
      await cluster.stop();
      cluster.close();
      await server.close();
    },
  };
});
