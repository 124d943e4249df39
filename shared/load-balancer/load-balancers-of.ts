/** The load balancers of a cluster's configuration; the SDK is loaded when one is first asked for. */
import type { ClusterConfig } from '../config.ts';
import type { LoadBalancers } from '../ports.ts';

/** @param region where the configuration names none; undefined: the environment's */
export function loadBalancersOf(
  { loadBalancers }: Pick<ClusterConfig, 'loadBalancers'>,
  region?: string,
): LoadBalancers | undefined {
  if (loadBalancers === undefined) return undefined;
  let made: Promise<LoadBalancers> | undefined;
  const make = async () => {
    const { elbLoadBalancers } = await import('./elb.ts');
    return elbLoadBalancers(loadBalancers.region ?? region);
  };
  const ready = () => (made ??= make());
  return {
    find: async (dnsName) => (await ready()).find(dnsName),
    targets: async (targetGroupArn) => (await ready()).targets(targetGroupArn),
  };
}
