/** Traefik: the weights of a weighted TraefikService. strategies §3.7 "Traefik". */
import type { Rollout } from '../resources/argo.ts';
import type { KubernetesObject, ObjectRef } from '../resources/kubernetes.ts';
import { patchOf, requireObject, RoutingError, stableWeight, type TrafficRouter } from './router.ts';

interface WeightedService {
  readonly name?: string;
  readonly weight?: number;
}

interface TraefikService extends KubernetesObject {
  readonly spec?: { readonly weighted?: { readonly services?: readonly WeightedService[] } };
}

export const traefik: TrafficRouter = {
  type: 'Traefik',
  uses: (routing) => routing.traefik !== undefined,
  reads: (rollout) => [serviceRef(rollout)],
  route: (rollout, objects, routes) => {
    const { canaryService = '', stableService = '' } = rollout.spec.strategy?.canary ?? {};
    const before = requireObject<TraefikService>(objects, serviceRef(rollout));
    const services = before.spec?.weighted?.services;
    if (services === undefined) throw unfit(before, 'spec.weighted.services was not found in traefik service manifest');
    for (const [role, name] of [['canary', canaryService] as const, ['stable', stableService] as const]) {
      if (!services.some((each) => each.name === name)) throw unfit(before, `traefik ${role} service was not found`);
    }
    const weights = new Map([
      [stableService, stableWeight(routes)],
      [canaryService, routes.weight],
    ]);
    const weighted = services.map((each) => {
      const weight = weights.get(each.name ?? '');
      return weight === undefined ? each : { ...each, weight };
    });
    const spec = { ...before.spec, weighted: { ...before.spec?.weighted, services: weighted } };
    const after: TraefikService = { ...before, spec };
    return { actions: patchOf(before, after, `weight ${routes.weight}`), events: [] };
  },
};

function unfit({ metadata }: KubernetesObject, text: string): RoutingError {
  return new RoutingError(`TraefikService "${metadata.name}": ${text}`);
}

function serviceRef({ metadata, spec }: Rollout): ObjectRef {
  const name = spec.strategy?.canary?.trafficRouting?.traefik?.weightedTraefikServiceName ?? '';
  return { apiVersion: 'traefik.io/v1alpha1', kind: 'TraefikService', namespace: metadata.namespace, name };
}
