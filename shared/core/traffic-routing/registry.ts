/** The traffic routers that Weir knows, in the order in which they are told. strategies §3.2. */
import type { Rollout } from '../resources/argo.ts';
import { istio } from './istio.ts';
import type { TrafficRouter } from './router.ts';

const ROUTERS: readonly TrafficRouter[] = [istio];

/** Those that the Rollout uses; several at once are told the same. */
export function routersOf({ spec }: Rollout): readonly TrafficRouter[] {
  const routing = spec.strategy?.canary?.trafficRouting;
  return routing === undefined ? [] : ROUTERS.filter((router) => router.uses(routing));
}
