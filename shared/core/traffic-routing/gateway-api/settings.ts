/** What a Rollout says of its Gateway API routes, under the name of Argo's plugin: manifests stay as they are. */
import type { Rollout } from '../../resources/argo.ts';
import type { KubernetesObject, ObjectRef } from '../../resources/kubernetes.ts';
import { formatSelector, selectorMatches } from '../../rollout/label-selector.ts';
import type { ObjectSelection } from '../router.ts';
import { RoutingError } from '../router.ts';

export const PLUGIN = 'argoproj-labs/gatewayAPI';

type Selector = NonNullable<Rollout['spec']['selector']>;

interface NamedRoute {
  readonly name: string;
  readonly useHeaderRoutes?: boolean;
}

export type RouteType = 'http' | 'grpc' | 'tcp' | 'tls';
const TYPES: readonly RouteType[] = ['http', 'grpc', 'tcp', 'tls'];

/** As the plugin's configuration is written: `httpRoute`, `httpRoutes`, `httpRouteSelector`, and so for each type. */
export type GatewaySettings = {
  readonly [Key in `${RouteType}Route`]?: string;
} & { readonly [Key in `${RouteType}Routes`]?: readonly NamedRoute[] } & {
  readonly [Key in `${RouteType}RouteSelector`]?: Selector;
} & {
  readonly namespace?: string;
  readonly configMap?: string;
  readonly disableInProgressLabel?: boolean;
};

export function settingsOf({ spec }: Rollout): GatewaySettings {
  const plugins: Readonly<Record<string, unknown>> = spec.strategy?.canary?.trafficRouting?.plugins ?? {};
  return plugins[PLUGIN] ?? {};
}

export function namespaceOf(rollout: Rollout): string {
  return settingsOf(rollout).namespace ?? rollout.metadata.namespace;
}

/** One route that carries the weights. */
export interface RouteUse {
  readonly type: RouteType;
  readonly ref: ObjectRef;
  readonly useHeaderRoutes: boolean;
}

const KINDS: Readonly<Record<RouteType, { readonly apiVersion: string; readonly kind: string }>> = {
  http: { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute' },
  grpc: { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'GRPCRoute' },
  tcp: { apiVersion: 'gateway.networking.k8s.io/v1alpha2', kind: 'TCPRoute' },
  tls: { apiVersion: 'gateway.networking.k8s.io/v1alpha2', kind: 'TLSRoute' },
};

/** Those that are named, and among the objects those whose labels are selected; each once. */
export function routeUses(rollout: Rollout, objects: readonly KubernetesObject[]): readonly RouteUse[] {
  const uses = TYPES.flatMap((type) => [...namedUses(type, rollout), ...selectedUses(type, rollout, objects)]);
  const byKey = new Map(uses.map((use) => [`${use.type}/${use.ref.name}`, use]));
  return [...byKey.values()];
}

function namedUses(type: RouteType, rollout: Rollout): readonly RouteUse[] {
  const settings = settingsOf(rollout);
  const one = settings[`${type}Route`] ?? '';
  const several = settings[`${type}Routes`] ?? [];
  const named: readonly NamedRoute[] = [...(one === '' ? [] : [{ name: one, useHeaderRoutes: true }]), ...several];
  return named.map(({ name, useHeaderRoutes = false }) => ({
    type,
    ref: refOfRoute(type, name, rollout),
    useHeaderRoutes,
  }));
}

function selectedUses(type: RouteType, rollout: Rollout, objects: readonly KubernetesObject[]): readonly RouteUse[] {
  const selector = settingsOf(rollout)[`${type}RouteSelector`];
  if (selector === undefined) return [];
  const found = objects.filter(
    ({ kind, metadata }) =>
      kind === KINDS[type].kind &&
      metadata.namespace === namespaceOf(rollout) &&
      selectorMatches(selector, metadata.labels),
  );
  return found.map(({ metadata }) => ({
    type,
    ref: refOfRoute(type, metadata.name, rollout),
    useHeaderRoutes: true,
  }));
}

function refOfRoute(type: RouteType, name: string, rollout: Rollout): ObjectRef {
  return { ...KINDS[type], namespace: namespaceOf(rollout), name };
}

export function selections(rollout: Rollout): readonly ObjectSelection[] {
  const settings = settingsOf(rollout);
  return TYPES.flatMap((type) => {
    const selector = settings[`${type}RouteSelector`];
    if (selector === undefined) return [];
    return [{ ...KINDS[type], namespace: namespaceOf(rollout), labelSelector: formatSelector(selector) }];
  });
}

/** Where it is remembered which rules of which routes are header routes. */
export function configMapRef(rollout: Rollout): ObjectRef {
  const name = settingsOf(rollout).configMap ?? 'argo-gatewayapi-configmap';
  return { apiVersion: 'v1', kind: 'ConfigMap', namespace: namespaceOf(rollout), name };
}

/** @throws RoutingError when no route carries the weights */
export function requireUses(rollout: Rollout, objects: readonly KubernetesObject[]): readonly RouteUse[] {
  const uses = routeUses(rollout, objects);
  if (uses.length > 0) return uses;
  const text = `No routes configured. One of 'tcpRoutes', 'httpRoutes', 'tcpRoute' or 'httpRoute' should be set`;
  throw new RoutingError(text);
}
