/** What a Rollout says of its AWS load balancer. */
import type { Rollout } from '../../resources/argo.ts';
import { pingPongServices, type ServicePair } from '../../rollout/canary/ping-pong-services.ts';
import { namesOf } from '../ingress.ts';
import type { TrafficRouting } from '../router.ts';

export function albOf({ spec }: Rollout): Partial<NonNullable<TrafficRouting['alb']>> {
  return spec.strategy?.canary?.trafficRouting?.alb ?? {};
}

export function ingressesOf(rollout: Rollout): readonly string[] {
  const { ingress, ingresses } = albOf(rollout);
  return namesOf({ one: ingress, several: ingresses });
}

/** The Service whose traffic is split: its name is the action's. */
export function rootServiceOf(rollout: Rollout): string {
  const { rootService = '' } = albOf(rollout);
  return rootService === '' ? (rollout.spec.strategy?.canary?.stableService ?? '') : rootService;
}

/** Ping-pong goes before stable and canary Services, where both are given. */
export function servicePair(rollout: Rollout): ServicePair {
  const { canaryService = '', stableService = '' } = rollout.spec.strategy?.canary ?? {};
  return pingPongServices(rollout) ?? { canary: canaryService, stable: stableService };
}
