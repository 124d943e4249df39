/** Istio's objects, as far as they are read; whatever else is in them stays. strategies §3.7 "Istio". */
import type { Rollout } from '../../resources/argo.ts';
import type { KubernetesObject, ObjectRef } from '../../resources/kubernetes.ts';
import { pingPongServices } from '../../rollout/canary/ping-pong-services.ts';

export const ISTIO_API_VERSION = 'networking.istio.io/v1alpha3';

export interface Destination {
  readonly host?: string;
  readonly subset?: string;
  readonly port?: { readonly number?: number };
}

export interface WeightedDestination {
  readonly destination?: Destination;
  readonly weight?: number;
}

export interface RouteMatch {
  readonly port?: number;
  readonly sniHosts?: readonly string[];
}

export interface Route {
  readonly name?: string;
  readonly match?: readonly RouteMatch[];
  readonly route?: readonly WeightedDestination[];
  readonly mirror?: Destination;
}

export type Protocol = 'http' | 'tls' | 'tcp';

export interface VirtualService extends KubernetesObject {
  readonly spec?: { readonly [Kind in Protocol]?: readonly Route[] };
}

export interface Subset {
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface DestinationRule extends KubernetesObject {
  readonly spec?: { readonly host?: string; readonly subsets?: readonly Subset[] };
}

export type IstioRouting = NonNullable<
  NonNullable<NonNullable<NonNullable<Rollout['spec']['strategy']>['canary']>['trafficRouting']>['istio']
>;
export type VirtualServiceUse = NonNullable<IstioRouting['virtualServices']>[number];

export function istioOf({ spec }: Rollout): IstioRouting {
  return spec.strategy?.canary?.trafficRouting?.istio ?? {};
}

export function virtualServicesOf(rollout: Rollout): readonly VirtualServiceUse[] {
  const { virtualService, virtualServices = [] } = istioOf(rollout);
  return virtualServices.length > 0 ? virtualServices : virtualService === undefined ? [] : [virtualService];
}

/** `name`, or `name.namespace`, with or without `.cluster.local`. */
export function virtualServiceRef({ name }: VirtualServiceUse, rollout: Rollout): ObjectRef {
  const short = name.endsWith('.cluster.local') ? name.slice(0, -'.cluster.local'.length) : name;
  const dot = short.lastIndexOf('.');
  return {
    apiVersion: ISTIO_API_VERSION,
    kind: 'VirtualService',
    namespace: dot === -1 ? rollout.metadata.namespace : short.slice(dot + 1),
    name: dot === -1 ? short : short.slice(0, dot),
  };
}

export function destinationRuleRef(rollout: Rollout): ObjectRef | undefined {
  const { destinationRule } = istioOf(rollout);
  if (destinationRule === undefined) return undefined;
  const { namespace } = rollout.metadata;
  return { apiVersion: ISTIO_API_VERSION, kind: 'DestinationRule', namespace, name: destinationRule.name };
}

/** By what a destination is known to be the canary's or the stable version's. Empty texts match nothing. */
export interface Parties {
  readonly canaryService: string;
  readonly stableService: string;
  readonly canarySubset: string;
  readonly stableSubset: string;
  readonly additionalSubsets: readonly string[];
}

export function partiesOf(rollout: Rollout): Parties {
  const { canaryService = '', stableService = '' } = rollout.spec.strategy?.canary ?? {};
  const { destinationRule } = istioOf(rollout);
  const own = canaryService === '' && stableService === '';
  const { canary, stable } = (own ? pingPongServices(rollout) : undefined) ?? {
    canary: canaryService,
    stable: stableService,
  };
  return {
    canaryService: canary,
    stableService: stable,
    canarySubset: destinationRule?.canarySubsetName ?? '',
    stableSubset: destinationRule?.stableSubsetName ?? '',
    additionalSubsets: destinationRule?.additionalSubsetNames ?? [],
  };
}

/** Up to the first dot; a Service is named with or without its namespace. */
export function hostName({ destination }: WeightedDestination): string {
  return destination?.host?.split('.')[0] ?? '';
}

export type Role = 'canary' | 'stable' | 'additional' | 'other';

export function roleOf(weighted: WeightedDestination, parties: Parties): Role {
  const host = hostName(weighted);
  const subset = weighted.destination?.subset ?? '';
  const is = (value: string, name: string) => value !== '' && value === name;
  if (is(subset, parties.canarySubset)) return 'canary';
  if (is(subset, parties.stableSubset)) return 'stable';
  if (subset !== '' && parties.additionalSubsets.includes(subset)) return 'additional';
  if (is(host, parties.canaryService)) return 'canary';
  return is(host, parties.stableService) ? 'stable' : 'other';
}
