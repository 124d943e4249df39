/** The contract that the embedded API keeps too, over a real API server: what only one of them does is found here. */
import { defineClusterContract } from '../contracts/cluster.ts';
import { adminCluster, deleteNamespace, newNamespace, sharedControlPlane } from './support/shared-control-plane.ts';

defineClusterContract('client-node against a real API server', async () => {
  const facts = sharedControlPlane();
  const namespace = await newNamespace(facts, 'contract');
  const cluster = adminCluster(facts, { pageSize: 2 });
  return {
    cluster,
    namespace,
    forgottenVersion: async () => '1',
    close: async () => {
      cluster.close();
      await deleteNamespace(facts, namespace);
    },
  };
});
