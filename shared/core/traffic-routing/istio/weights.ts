/** The weights of one VirtualService's routes. strategies §3.7 "SetWeight". */
import type { Rollout, WeightDestination } from '../../resources/argo.ts';
import { stableWeight, type Routes } from '../router.ts';
import {
  hostName,
  partiesOf,
  roleOf,
  type Parties,
  type Protocol,
  type Route,
  type VirtualService,
  type VirtualServiceUse,
  type WeightedDestination,
} from './objects.ts';
import { mirrorRouteIndexes, weightedIndexes } from './select-routes.ts';

const PROTOCOLS: readonly Protocol[] = ['http', 'tls', 'tcp'];

/** Only weights change, apart from destinations of Experiments, which come and go. */
export function withWeights(
  virtualService: VirtualService,
  use: VirtualServiceUse,
  rollout: Rollout,
  routes: Routes,
): VirtualService {
  const parties = partiesOf(rollout);
  const edited = PROTOCOLS.flatMap((protocol) => {
    const list = virtualService.spec?.[protocol];
    if (list === undefined || list.length === 0) return [];
    const mirrors = protocol === 'http' ? mirrorRouteIndexes(list, rollout) : [];
    const indexes = new Set([...weightedIndexes(protocol, list, use, rollout), ...mirrors]);
    return [[protocol, list.map((route, index) => (indexes.has(index) ? shared(route, parties, routes) : route))]];
  });
  return { ...virtualService, spec: { ...virtualService.spec, ...Object.fromEntries(edited) } };
}

function shared(route: Route, parties: Parties, routes: Routes): Route {
  const destinations = route.route ?? [];
  const kept = destinations
    .filter((destination) => roleOf(destination, parties) === 'additional')
    .reduce((sum, { weight = 0 }) => sum + weight, 0);
  const stable = Math.max(0, stableWeight(routes) - kept);
  const named = destinations.flatMap((destination) => share(destination, parties, routes, stable));
  return { ...route, route: [...named, ...missingOthers(destinations, routes.others)] };
}

function share(
  destination: WeightedDestination,
  parties: Parties,
  { weight, others }: Routes,
  stable: number,
): readonly WeightedDestination[] {
  switch (roleOf(destination, parties)) {
    case 'canary':
      return [weighing(destination, weight)];
    case 'stable':
      return [weighing(destination, stable)];
    case 'additional':
      return [destination];
    case 'other': {
      const host = hostName(destination);
      const other = others.find(({ serviceName = '' }) => serviceName !== '' && serviceName === host);
      if (other !== undefined) return [weighing(destination, other.weight)];
      return host === '' || (destination.weight ?? 0) === 0 ? [destination] : [];
    }
  }
}

function weighing(destination: WeightedDestination, weight: number): WeightedDestination {
  return (destination.weight ?? 0) === weight ? destination : { ...destination, weight };
}

function missingOthers(
  destinations: readonly WeightedDestination[],
  others: readonly WeightDestination[],
): readonly WeightedDestination[] {
  const present = new Set(destinations.map(hostName));
  return others
    .flatMap(({ serviceName: host = '', weight }) => (present.has(host) || weight === 0 ? [] : [{ host, weight }]))
    .toSorted((a, b) => (a.host < b.host ? -1 : 1))
    .map(({ host, weight }) => ({ destination: { host }, weight }));
}
