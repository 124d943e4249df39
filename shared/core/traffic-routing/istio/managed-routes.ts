/** Header and mirror routes of a VirtualService: made, taken away, and kept in order. strategies §3.7. */
import type { Rollout } from '../../resources/argo.ts';
import { managedRouteNames, RoutingError, type HeaderRoute, type MirrorRoute } from '../router.ts';
import { partiesOf, type Destination, type Route, type VirtualService, type VirtualServiceUse } from './objects.ts';
import { weightedIndexes } from './select-routes.ts';

/** The canary as a destination: by the DestinationRule's host and subset, or by its Service. */
interface CanaryTarget {
  readonly rollout: Rollout;
  readonly use: VirtualServiceUse;
  /** Of the DestinationRule; undefined without one. */
  readonly ruleHost: string | undefined;
}

export function withoutManagedRoutes(virtualService: VirtualService, rollout: Rollout): VirtualService {
  const names = managedRouteNames(rollout);
  return withHttp(virtualService, (routes) => routes.filter(({ name }) => name === undefined || !names.has(name)));
}

/** Without a match the route is only taken away: it would catch all traffic. */
export function withHeaderRoute(
  virtualService: VirtualService,
  { name, match }: HeaderRoute,
  target: CanaryTarget,
): VirtualService {
  const bare = without(virtualService, name);
  if (match === undefined || match.length === 0) return bare;
  const matches = match.map(({ headerName, headerValue }) => ({
    headers: { [headerName]: withoutEmpty({ ...headerValue }) },
  }));
  const destination = canaryDestination(bare, target);
  const route = { name, match: matches, route: [{ destination, weight: 100 }] } as Route;
  return inOrder(
    withHttp(bare, (routes) => [...routes, route]),
    target.rollout,
  );
}

/** The rest of the traffic goes on as the weights say; a copy goes to the canary. */
export function withMirrorRoute(
  virtualService: VirtualService,
  { name, match, percentage = 100 }: MirrorRoute,
  target: CanaryTarget,
): VirtualService {
  const bare = without(virtualService, name);
  if (match === undefined || match.length === 0) return bare;
  const weighted = weightedRoute(bare, target);
  if (weighted === undefined) throw new RoutingError(`VirtualService "${bare.metadata.name}" has no route to mirror`);
  const route = {
    name,
    match: match.map(({ method, path: uri, headers }) => withoutEmpty({ method, uri, headers })),
    route: weighted.route,
    mirror: canaryDestination(bare, target),
    mirrorPercentage: { value: percentage },
  } as Route;
  return inOrder(
    withHttp(bare, (routes) => [route, ...routes]),
    target.rollout,
  );
}

/** Managed routes come first, in the order of `managedRoutes`; the others keep theirs. */
export function inOrder(virtualService: VirtualService, { spec }: Rollout): VirtualService {
  const managed = (spec.strategy?.canary?.trafficRouting?.managedRoutes ?? []).map(({ name }) => name);
  const isManaged = ({ name }: Route) => name !== undefined && managed.includes(name);
  return withHttp(virtualService, (routes) => [
    ...managed.flatMap((name) => routes.filter((route) => route.name === name)),
    ...routes.filter((route) => !isManaged(route)),
  ]);
}

function withHttp(
  virtualService: VirtualService,
  change: (routes: readonly Route[]) => readonly Route[],
): VirtualService {
  const { http } = virtualService.spec ?? {};
  if (http === undefined) return virtualService;
  return { ...virtualService, spec: { ...virtualService.spec, http: change(http) } };
}

function without(virtualService: VirtualService, name: string | undefined): VirtualService {
  return withHttp(virtualService, (routes) => routes.filter((route) => route.name !== name));
}

function weightedRoute({ spec }: VirtualService, { use, rollout }: CanaryTarget): Route | undefined {
  const http = spec?.http ?? [];
  const [index] = weightedIndexes('http', http, use, rollout);
  return index === undefined ? undefined : http[index];
}

function canaryDestination(virtualService: VirtualService, target: CanaryTarget): Destination {
  const { canaryService, canarySubset } = partiesOf(target.rollout);
  const port = weightedRoute(virtualService, target)?.route?.[0]?.destination?.port;
  return {
    host: target.ruleHost ?? canaryService,
    ...(canarySubset === '' ? {} : { subset: canarySubset }),
    ...(port?.number === undefined ? {} : { port: { number: port.number } }),
  };
}

function withoutEmpty(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== ''));
}
