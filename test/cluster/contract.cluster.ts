/** The contract that the embedded API keeps too, over a real API server: what only one of them does is found here. */
import { refOf, type Pod } from '#core/resources/kubernetes.ts';
import { defineClusterContract } from '../contracts/cluster.ts';
import { eventually } from './support/processes.ts';
import { adminCluster, deleteNamespace, newNamespace, sharedControlPlane } from './support/shared-control-plane.ts';

defineClusterContract('client-node against a real API server', async () => {
  const facts = sharedControlPlane();
  const namespace = await newNamespace(facts, 'contract');
  const cluster = adminCluster(facts, { pageSize: 2 });
  return {
    cluster,
    namespace,
    forgottenVersion: async () => '1',
    untilReady: (pod) =>
      eventually('the pod is ready', async () => {
        const found = await cluster.get<Pod>(refOf(pod));
        const conditions = found?.status?.conditions ?? [];
        return conditions.some(({ type, status }) => type === 'Ready' && status === 'True') ? found : undefined;
      }),
    close: async () => {
      cluster.close();
      await deleteNamespace(facts, namespace);
    },
  };
});
