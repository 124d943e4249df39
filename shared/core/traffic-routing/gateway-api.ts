/** Gateway API: weights of HTTPRoutes and their like, header routes as rules of them. strategies §3.7 "Plugins". */
import type { Action } from '../decision.ts';
import type { Rollout } from '../resources/argo.ts';
import type { NewObject } from '../resources/kubernetes.ts';
import {
  added,
  indexesOf,
  indexOf,
  managedRoutesIn,
  removed,
  withManagedRoutes,
  type ConfigMap,
  type ManagedRoutes,
} from './gateway-api/managed-routes.ts';
import { headerRule, isHeaderRule, rulesOf, weighted, withRules, type GatewayRoute } from './gateway-api/rules.ts';
import {
  configMapRef,
  PLUGIN,
  requireUses,
  routeUses,
  selections,
  settingsOf,
  type RouteUse,
} from './gateway-api/settings.ts';
import {
  findObject,
  managedRouteNames,
  patchOf,
  requireObject,
  type HeaderRoute,
  type Routes,
  type TrafficRouter,
} from './router.ts';

const IN_PROGRESS = 'rollouts.argoproj.io/gatewayapi-canary';

export const gatewayApi: TrafficRouter = {
  type: 'GatewayAPI',
  uses: ({ plugins = {} }) => Object.hasOwn(plugins, PLUGIN),
  reads: (rollout, known) => [
    ...routeUses(rollout, known).map(({ ref }) => ref),
    ...(managedRouteNames(rollout).size === 0 ? [] : [configMapRef(rollout)]),
  ],
  selects: selections,
  route: (rollout, objects, routes) => {
    const configMap = findObject<ConfigMap>(objects, configMapRef(rollout));
    let memory: ConfigMap = configMap ?? emptyConfigMap(rollout);
    const edits = requireUses(rollout, objects).map((use) => {
      const before = requireObject<GatewayRoute>(objects, use.ref);
      const edited = editRoute(before, managedRoutesIn(memory, use.type), use, rollout, routes);
      if (edited.remembers) memory = withManagedRoutes(memory, use.type, edited.managed);
      return { before, after: edited.route };
    });
    const split = edits.flatMap(({ before, after }) => patchOf(before, after, `weight ${routes.weight}`));
    const remembered = rememberActions(configMap, memory);
    // What is remembered and not there is made again; what is there and not remembered would stay for good.
    return {
      actions: routes.headerRoute === undefined ? [...split, ...remembered] : [...remembered, ...split],
      events: [],
    };
  },
  verify: () => ({ verified: true, failed: false, events: [], statuses: [] }),
};

function emptyConfigMap(rollout: Rollout): ConfigMap {
  const { apiVersion, kind, namespace, name } = configMapRef(rollout);
  return { apiVersion, kind, metadata: { name, namespace, uid: '' } };
}

function rememberActions(before: ConfigMap | undefined, after: ConfigMap): readonly Action[] {
  const because = 'which rules are header routes';
  if (before !== undefined) return patchOf(before, after, because);
  if (after.data === undefined) return [];
  const { uid: _none, ...metadata } = after.metadata;
  const object: NewObject<ConfigMap> = { ...after, metadata };
  return [{ type: 'create', object, because }];
}

interface Edited {
  readonly route: GatewayRoute;
  readonly managed: ManagedRoutes;
  readonly remembers: boolean;
}

function editRoute(
  before: GatewayRoute,
  known: ManagedRoutes,
  use: RouteUse,
  rollout: Rollout,
  routes: Routes,
): Edited {
  const names = routes.dropsManagedRoutes ? [...managedRouteNames(rollout)] : [];
  let edited: Edited = { route: before, managed: known, remembers: false };
  for (const name of names) edited = withoutHeaderRoute(edited, name, rollout);
  if (routes.headerRoute !== undefined && use.useHeaderRoutes) {
    edited = withHeaderRoute(edited, routes.headerRoute, use, rollout);
  }
  const headerRules = indexesOf(edited.managed, before.metadata.name);
  const own = new Set([...headerRules].filter((index) => isHeaderRule(rulesOf(edited.route)[index], rollout)));
  const split = weighted(use.type, edited.route, own, rollout, routes);
  return { ...edited, route: labelled(split, rollout, routes) };
}

/** Only a rule that still looks like a header route is taken away: somebody may have moved the rules. */
function withoutHeaderRoute({ route, managed, remembers }: Edited, name: string, rollout: Rollout): Edited {
  const object = route.metadata.name;
  const index = indexOf(managed, name, object);
  if (index === undefined) return { route, managed, remembers };
  const isOurs = isHeaderRule(rulesOf(route)[index], rollout);
  const rules = isOurs ? rulesOf(route).toSpliced(index, 1) : rulesOf(route);
  return { route: withRules(route, rules), managed: removed(managed, name, object, isOurs), remembers: true };
}

function withHeaderRoute(edited: Edited, headerRoute: HeaderRoute, { type }: RouteUse, rollout: Rollout): Edited {
  const { name = '', match = [] } = headerRoute;
  if (type !== 'http' && type !== 'grpc') return edited;
  if (match.length === 0) return withoutHeaderRoute(edited, name, rollout);
  const { route, managed } = edited;
  const rules = rulesOf(route);
  const rule = headerRule(type, route, headerRoute, rollout);
  const index = indexOf(managed, name, route.metadata.name);
  if (index !== undefined && isHeaderRule(rules[index], rollout)) {
    return { ...edited, route: withRules(route, rules.with(index, rule)) };
  }
  const remembered = added(managed, name, route.metadata.name, rules.length);
  return { route: withRules(route, [...rules, rule]), managed: remembered, remembers: true };
}

/** For tools that keep the route in step with Git: the weights are not theirs now. */
function labelled(route: GatewayRoute, rollout: Rollout, { weight }: Routes): GatewayRoute {
  if (settingsOf(rollout).disableInProgressLabel === true) return route;
  const { [IN_PROGRESS]: before, ...labels } = route.metadata.labels ?? {};
  if (weight > 0)
    return { ...route, metadata: { ...route.metadata, labels: { ...labels, [IN_PROGRESS]: 'in-progress' } } };
  return before === undefined ? route : { ...route, metadata: { ...route.metadata, labels } };
}
