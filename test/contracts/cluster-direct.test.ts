import { createDirectCluster } from '../../infra/local/kubernetes/direct-cluster.ts';
import { Store } from '../../infra/local/kubernetes/store.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { defineClusterContract } from './cluster.ts';

defineClusterContract('the direct cluster', async () => {
  const clock = new VirtualClock();
  const store = new Store({ clock });
  store.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'contract' } });
  return {
    cluster: createDirectCluster('direct', store, { holdWatches: clock }),
    namespace: 'contract',
    forgottenVersion: async () => {
      store.compact();
      return '1';
    },
    close: async () => undefined,
  };
});
