/** The control plane that main.ts has started for the whole run. Each test file works in namespaces of its own. */
import { createKubernetesCluster, kubeConfigFrom, type KubernetesCluster } from '#shared/kubernetes/cluster.ts';
import { kubectl, type ControlPlaneFacts } from './control-plane.ts';

/** The environment variable through which the facts come. */
export const FACTS = 'WEIR_TEST_CONTROL_PLANE';

export function sharedControlPlane(): ControlPlaneFacts {
  const text = process.env[FACTS];
  if (text === undefined) throw new Error('No control plane: start these tests with `npm run test:cluster`');
  return JSON.parse(text) as ControlPlaneFacts;
}

let counter = 0;

/** A namespace that nobody else uses. Its default service account is there, so that pods can be made at once. */
export async function newNamespace(facts: ControlPlaneFacts, name: string): Promise<string> {
  const namespace = `${name}-${process.pid}-${++counter}`;
  await kubectl(facts, 'create', 'namespace', namespace);
  await kubectl(facts, 'wait', '--for=create', 'serviceaccount/default', '-n', namespace, '--timeout=120s');
  return namespace;
}

/** Nobody waits until it is empty. */
export async function deleteNamespace(facts: ControlPlaneFacts, namespace: string): Promise<void> {
  await kubectl(facts, 'delete', 'namespace', namespace, '--wait=false', '--ignore-not-found');
}

/** The cluster as its administrator sees it, through the product's own adapter. */
export function adminCluster(
  facts: ControlPlaneFacts,
  options: { readonly pageSize?: number } = {},
): KubernetesCluster {
  const kubeConfig = kubeConfigFrom({ file: facts.kubeconfig });
  return createKubernetesCluster({ name: 'real', kubeConfig, fieldManager: 'hands', ...options });
}
