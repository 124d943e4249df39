/** The traffic routers that Weir knows, in the order in which they are told. strategies §3.2. */
import type { Rollout } from '../resources/argo.ts';
import { alb } from './alb.ts';
import { ambassador } from './ambassador.ts';
import { apisix } from './apisix.ts';
import { appMesh } from './app-mesh.ts';
import { gatewayApi } from './gateway-api.ts';
import { istio } from './istio.ts';
import { nginx } from './nginx.ts';
import type { TrafficRouter } from './router.ts';
import { smi } from './smi.ts';
import { traefik } from './traefik.ts';

const ROUTERS: readonly TrafficRouter[] = [istio, nginx, alb, smi, ambassador, appMesh, traefik, apisix, gatewayApi];

/** Those that the Rollout uses; several at once are told the same. */
export function routersOf({ spec }: Rollout): readonly TrafficRouter[] {
  const routing = spec.strategy?.canary?.trafficRouting;
  return routing === undefined ? [] : ROUTERS.filter((router) => router.uses(routing));
}
