/** What the load balancers behind a Rollout's Ingresses say of their weights. Asking them is observing: safe to repeat. */
import { messageOf } from '#core/errors.ts';
import type { Rollout } from '#core/resources/argo.ts';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { asksLoadBalancers } from '#core/rollout/canary/verify-traffic.ts';
import { ingressesOf } from '#core/traffic-routing/alb/settings.ts';
import { ingressRef, type Ingress } from '#core/traffic-routing/ingress.ts';
import type { SeenIngress } from '#core/traffic-routing/load-balancers.ts';
import { findObject } from '#core/traffic-routing/router.ts';
import type { LoadBalancers, Site } from '../ports.ts';

/** Only where the team wants weights verified, and only when one waits for it: their API is rationed. */
export async function readLoadBalancers(
  rollout: Rollout,
  objects: readonly KubernetesObject[],
  { loadBalancers }: Pick<Site, 'loadBalancers'>,
): Promise<readonly SeenIngress[] | undefined> {
  if (loadBalancers === undefined || !asksLoadBalancers(rollout)) return undefined;
  const looks = ingressesOf(rollout).flatMap((ingress) => {
    const found = findObject<Ingress>(objects, ingressRef(ingress, rollout));
    const names = (found?.status?.loadBalancer?.ingress ?? []).flatMap(({ hostname = '' }) => hostname || []);
    return names.map((hostname) => look(ingress, hostname, loadBalancers));
  });
  return Promise.all(looks);
}

async function look(ingress: string, hostname: string, loadBalancers: LoadBalancers): Promise<SeenIngress> {
  try {
    const loadBalancer = await loadBalancers.find(hostname);
    return { ingress, hostname, ...(loadBalancer === undefined ? {} : { loadBalancer }) };
  } catch (error) {
    return { ingress, hostname, error: messageOf(error) };
  }
}
