/** Which pods AWS has registered with the target groups of a blue-green Rollout's active Service. Asking is observing. */
import { DeniedError, InvalidSpecError, messageOf, TransientError } from '#core/errors.ts';
import type { Rollout } from '#core/resources/argo.ts';
import type { Service } from '#core/resources/kubernetes.ts';
import {
  asksTargets,
  bindingsOf,
  TARGET_GROUP_BINDING,
  type Endpoints,
  type SeenTargetGroup,
  type SeenTargets,
  type TargetGroupBinding,
} from '#core/rollout/blue-green/target-groups.ts';
import type { Cluster, LoadBalancers, Site } from '../ports.ts';

/** Only where the team wants it. @returns undefined: nothing is verified */
export async function readTargets(
  rollout: Rollout,
  services: readonly Service[],
  { cluster, loadBalancers }: Pick<Site, 'cluster' | 'loadBalancers'>,
): Promise<SeenTargets | undefined> {
  const { blueGreen } = rollout.spec.strategy ?? {};
  if (loadBalancers === undefined || blueGreen === undefined) return undefined;
  const active = services.find(({ metadata }) => metadata.name === blueGreen.activeService);
  if (active === undefined || !asksTargets(rollout, active)) return { state: 'unasked' };
  try {
    return await look(active, cluster, loadBalancers);
  } catch (error) {
    if (!(error instanceof TransientError) && !(error instanceof DeniedError)) throw error;
    return { state: 'failed', error: error.message };
  }
}

async function look(active: Service, cluster: Cluster, loadBalancers: LoadBalancers): Promise<SeenTargets> {
  const bindings = bindingsOf(active, await readBindings(active.metadata.namespace, cluster));
  if (bindings.length === 0) return { state: 'seen', groups: [] };
  const { namespace, name } = active.metadata;
  const [endpoints, groups] = await Promise.all([
    cluster.get<Endpoints>({ apiVersion: 'v1', kind: 'Endpoints', namespace, name }),
    Promise.all(bindings.map((binding) => ask(binding, loadBalancers))),
  ]);
  return { state: 'seen', groups, ...(endpoints === undefined ? {} : { endpoints }) };
}

/** A cluster that does not know the kind has none. */
async function readBindings(namespace: string, cluster: Cluster): Promise<readonly TargetGroupBinding[]> {
  try {
    return (await cluster.list<TargetGroupBinding>({ ...TARGET_GROUP_BINDING, namespace })).items;
  } catch (error) {
    if (error instanceof InvalidSpecError) return [];
    throw error;
  }
}

async function ask(binding: TargetGroupBinding, loadBalancers: LoadBalancers): Promise<SeenTargetGroup> {
  try {
    return { binding, registered: await loadBalancers.targets(binding.spec?.targetGroupARN ?? '') };
  } catch (error) {
    return { binding, registered: [], error: messageOf(error) };
  }
}
