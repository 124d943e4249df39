import { createKubernetesCluster, kubeConfigFrom } from '#shared/kubernetes/cluster.ts';
import { kubeconfigFor, startServer } from '../../infra/local/kubernetes/server.ts';
import { Store } from '../../infra/local/kubernetes/store.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { defineClusterContract } from './cluster.ts';

defineClusterContract('client-node against the embedded API server', async () => {
  const store = new Store({ clock: new VirtualClock() });
  store.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'contract' } });
  const server = await startServer(store, { token: 'secret' });
  const kubeConfig = kubeConfigFrom({ text: kubeconfigFor('local', server, 'secret') });
  const cluster = createKubernetesCluster({ name: 'local', kubeConfig, pageSize: 2 });
  return {
    cluster,
    namespace: 'contract',
    forgottenVersion: async () => {
      store.compact();
      return '1';
    },
    close: async () => {
      cluster.close();
      await server.close();
    },
  };
});
