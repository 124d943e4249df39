/** Which routes of a VirtualService carry the weights, and whether they can. strategies §3.7 "Routes edited". */
import type { Rollout } from '../../resources/argo.ts';
import { RoutingError } from '../router.ts';
import {
  istioOf,
  partiesOf,
  hostName,
  type Protocol,
  type Route,
  type VirtualService,
  type VirtualServiceUse,
} from './objects.ts';

type Ports = ReadonlySet<number>;

/** @throws RoutingError when a route that is asked for is not there */
export function weightedIndexes(
  protocol: Protocol,
  routes: readonly Route[],
  use: VirtualServiceUse,
  rollout: Rollout,
): readonly number[] {
  switch (protocol) {
    case 'http':
      return httpIndexes(routes, use.routes ?? [], rollout);
    case 'tls':
      return matchedIndexes(routes, use.tlsRoutes ?? [], 'TLS', sameTls);
    case 'tcp':
      return matchedIndexes(routes, use.tcpRoutes ?? [], 'TCP', samePort);
  }
}

function httpIndexes(routes: readonly Route[], names: readonly string[], rollout: Rollout): readonly number[] {
  if (names.length === 0) {
    const own = routes.flatMap((route, index) => (isManaged(route, rollout) ? [] : [index]));
    const unnamed = routes.findIndex(({ name = '' }) => name === '');
    return own.length === 1 ? own : unnamed === -1 ? [] : [unnamed];
  }
  return names.map((name) => {
    const index = routes.findIndex((route) => route.name === name);
    if (index === -1) throw new RoutingError(`HTTP Route '${name}' is not found in the defined Virtual Service.`);
    return index;
  });
}

interface RouteChoice {
  readonly port?: number;
  readonly sniHosts?: readonly string[];
}

function matchedIndexes(
  routes: readonly Route[],
  wanted: readonly RouteChoice[],
  kind: string,
  same: (route: Route, choice: RouteChoice) => boolean,
): readonly number[] {
  if (wanted.length === 0) return [0];
  return wanted.flatMap((choice) => {
    const found = routes.flatMap((route, index) => (same(route, choice) ? [index] : []));
    if (found.length === 0) throw new RoutingError(`No matching ${kind} routes found in the defined Virtual Service.`);
    return found;
  });
}

/** All matches of the route are of one port, and it is this one. */
function samePort({ match = [] }: Route, { port = 0 }: RouteChoice): boolean {
  const ports: Ports = new Set(match.map((each) => each.port ?? 0));
  return ports.size <= 1 && (ports.values().next().value ?? 0) === port;
}

function sameTls(route: Route, choice: RouteChoice): boolean {
  const hosts = new Set((route.match ?? []).flatMap(({ sniHosts = [] }) => sniHosts));
  const wanted = new Set(choice.sniHosts ?? []);
  return samePort(route, choice) && hosts.size === wanted.size && [...wanted].every((host) => hosts.has(host));
}

/** Mirror routes of an update carry a copy of the weights. */
export function mirrorRouteIndexes(routes: readonly Route[], rollout: Rollout): readonly number[] {
  return routes.flatMap((route, index) => (route.mirror !== undefined && isManaged(route, rollout) ? [index] : []));
}

export function isManaged({ name }: Route, { spec }: Rollout): boolean {
  const managed = spec.strategy?.canary?.trafficRouting?.managedRoutes ?? [];
  return name !== undefined && managed.some((route) => route.name === name);
}

/** The first thing that keeps a VirtualService from carrying the weights; undefined: it can. Texts of the reference. */
export function unfitRoutes(
  virtualService: VirtualService,
  use: VirtualServiceUse,
  rollout: Rollout,
): string | undefined {
  const kinds = [
    { protocol: 'http', named: use.routes, title: 'HTTP', field: 'routes' },
    { protocol: 'tls', named: use.tlsRoutes, title: 'TLS', field: 'tlsRoutes' },
    { protocol: 'tcp', named: use.tcpRoutes, title: 'TCP', field: 'tcpRoutes' },
  ] as const;
  const { spec = {} } = virtualService;
  if (kinds.every(({ protocol }) => spec[protocol] === undefined)) {
    return 'Unable to get any of the HTTP, TCP or TLS routes for the Istio VirtualService';
  }
  for (const { protocol, named = [], title, field } of kinds) {
    const routes = spec[protocol];
    const text = routes && unfit(protocol, routes, use, rollout, named.length === 0 ? field : undefined);
    if (text !== undefined) return `Istio VirtualService has invalid ${title} routes. Error: ${text}`;
  }
  return undefined;
}

function unfit(
  protocol: Protocol,
  routes: readonly Route[],
  use: VirtualServiceUse,
  rollout: Rollout,
  omitted: string | undefined,
): string | undefined {
  try {
    for (const index of weightedIndexes(protocol, routes, use, rollout)) {
      const text = missingDestination(routes[index] ?? {}, rollout);
      if (text !== undefined) return text;
    }
  } catch (error) {
    if (error instanceof RoutingError) return error.message;
    throw error;
  }
  const own = protocol === 'http' ? routes.filter((route) => !isManaged(route, rollout)) : routes;
  if (omitted === undefined || own.length <= 1) return undefined;
  const path = `spec.strategy.canary.trafficRouting.istio.virtualService.${omitted}`;
  return `spec.${protocol}[] should be set in VirtualService and it must have exactly one route when omitting ${path}`;
}

function missingDestination({ route = [] }: Route, rollout: Rollout): string | undefined {
  const { canaryService, stableService, canarySubset, stableSubset } = partiesOf(rollout);
  if (istioOf(rollout).destinationRule !== undefined) {
    const has = (name: string) => name !== '' && route.some(({ destination }) => destination?.subset === name);
    if (!has(canarySubset)) return `Canary DestinationRule subset '${canarySubset}' not found in route`;
    return has(stableSubset) ? undefined : `Stable DestinationRule subset '${stableSubset}' not found in route`;
  }
  const has = (name: string) => name !== '' && route.some((destination) => hostName(destination) === name);
  if (!has(canaryService)) return `Canary Service '${canaryService}' not found in route`;
  return has(stableService) ? undefined : `Stable Service '${stableService}' not found in route`;
}
