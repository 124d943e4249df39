/** APISIX: backend weights of an ApisixRoute, and a route of its own per header route. strategies §3.7 "APISIX". */
import type { Action } from '../decision.ts';
import type { Rollout } from '../resources/argo.ts';
import { isControlledBy, type KubernetesObject, type NewObject, type ObjectRef } from '../resources/kubernetes.ts';
import { controllerReference } from '../rollout/adoption.ts';
import {
  findObject,
  managedRouteNames,
  patchOf,
  requireObject,
  RoutingError,
  stableWeight,
  type HeaderRoute,
  type TrafficRouter,
} from './router.ts';

interface Backend {
  readonly serviceName?: string;
  readonly weight?: number;
}

interface HttpRule {
  readonly name?: string;
  readonly priority?: number;
  readonly match?: object;
  readonly backends?: readonly Backend[];
}

interface ApisixRoute extends KubernetesObject {
  readonly spec?: { readonly http?: readonly HttpRule[] };
}

export const apisix: TrafficRouter = {
  type: 'Apisix',
  uses: (routing) => routing.apisix !== undefined,
  reads: (rollout) => [
    routeRef(baseName(rollout), rollout),
    ...[...managedRouteNames(rollout)].map((name) => routeRef(name, rollout)),
  ],
  route: (rollout, objects, routes) => {
    const base = requireObject<ApisixRoute>(objects, routeRef(baseName(rollout), rollout));
    const { canaryService = '', stableService = '' } = rollout.spec.strategy?.canary ?? {};
    const weights = new Map([
      [stableService, stableWeight(routes)],
      [canaryService, routes.weight],
    ]);
    const weighted = withRules(base, rollout, (rule) => weighing(rule, weights, base));
    const dropped = routes.dropsManagedRoutes ? dropRoutes(rollout, objects) : [];
    const header = routes.headerRoute === undefined ? [] : headerActions(routes.headerRoute, base, rollout, objects);
    return { actions: [...dropped, ...header, ...patchOf(base, weighted, `weight ${routes.weight}`)], events: [] };
  },
};

function baseName({ spec }: Rollout): string {
  return spec.strategy?.canary?.trafficRouting?.apisix?.route?.name ?? '';
}

function routeRef(name: string, { metadata }: Rollout): ObjectRef {
  return { apiVersion: 'apisix.apache.org/v2', kind: 'ApisixRoute', namespace: metadata.namespace, name };
}

/** @throws RoutingError when a rule that carries the weights is not there */
function withRules(route: ApisixRoute, rollout: Rollout, change: (rule: HttpRule) => HttpRule): ApisixRoute {
  const { rules } = rollout.spec.strategy?.canary?.trafficRouting?.apisix?.route ?? {};
  const names = rules ?? [baseName(rollout)];
  const http = route.spec?.http;
  if (http === undefined) throw unfit(route, 'spec.http was not found in Apisix Route manifest');
  for (const name of names) {
    if (!http.some((rule) => rule.name === name)) throw unfit(route, `Apisix http route rule ${name} not found`);
  }
  const edited = http.map((rule) => (names.includes(rule.name ?? '') ? change(rule) : rule));
  return { ...route, spec: { ...route.spec, http: edited } };
}

function unfit({ metadata }: KubernetesObject, text: string): RoutingError {
  return new RoutingError(`ApisixRoute "${metadata.name}": ${text}`);
}

function weighing(rule: HttpRule, weights: ReadonlyMap<string, number>, route: ApisixRoute): HttpRule {
  const backends = rule.backends ?? [];
  for (const name of weights.keys()) {
    if (!backends.some(({ serviceName }) => serviceName === name)) {
      throw unfit(route, `apisix route ${name} backend was not found`);
    }
  }
  const weighted = backends.map((backend) => {
    const weight = weights.get(backend.serviceName ?? '');
    return weight === undefined ? backend : { ...backend, weight };
  });
  return { ...rule, backends: weighted };
}

/** Routes of others that have such a name are left alone. */
function dropRoutes(rollout: Rollout, objects: readonly KubernetesObject[]): readonly Action[] {
  const because = 'the update’s routes are taken away';
  return [...managedRouteNames(rollout)].flatMap((name): Action[] => {
    const found = findObject<ApisixRoute>(objects, routeRef(name, rollout));
    if (found === undefined || !isControlledBy(found, rollout)) return [];
    return [{ type: 'delete', object: routeRef(name, rollout), because }];
  });
}

function headerActions(
  { name = '', match = [] }: HeaderRoute,
  base: ApisixRoute,
  rollout: Rollout,
  objects: readonly KubernetesObject[],
): readonly Action[] {
  const existing = findObject<ApisixRoute>(objects, routeRef(name, rollout));
  if (existing !== undefined && !isControlledBy(existing, rollout)) {
    throw new RoutingError(`duplicate ApisixRoute [${name}] already exists`);
  }
  const because = `header route ${name}`;
  if (match.length === 0) {
    return existing === undefined ? [] : [{ type: 'delete', object: routeRef(name, rollout), because }];
  }
  if (existing !== undefined) {
    return patchOf(
      existing,
      withRules(existing, rollout, (rule) => onlyCanary(rule, match, rollout, 0)),
      because,
    );
  }
  const { apiVersion, kind, spec } = withRules(base, rollout, (rule) => onlyCanary(rule, match, rollout, 1));
  const { namespace, labels, annotations } = base.metadata;
  const metadata = {
    name,
    namespace,
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
    ownerReferences: [controllerReference(rollout)],
  };
  const object: NewObject<ApisixRoute> = { apiVersion, kind, metadata, ...(spec === undefined ? {} : { spec }) };
  return [{ type: 'create', object, because }];
}

/** Above the rule it was copied from, so that it is asked first. */
function onlyCanary(
  rule: HttpRule,
  match: NonNullable<HeaderRoute['match']>,
  rollout: Rollout,
  above: number,
): HttpRule {
  const { canaryService = '', stableService = '' } = rollout.spec.strategy?.canary ?? {};
  const backends = (rule.backends ?? [])
    .filter(({ serviceName }) => serviceName !== stableService)
    .map((backend) => (backend.serviceName === canaryService ? { ...backend, weight: 100 } : backend));
  if (!backends.some(({ serviceName }) => serviceName === canaryService)) {
    throw new RoutingError(`apisix route ${canaryService} backend was not found`);
  }
  const priority = above === 0 ? {} : { priority: (rule.priority ?? 0) + above };
  return { ...rule, ...priority, match: { ...rule.match, exprs: match.flatMap(expressions) }, backends };
}

function expressions({ headerName, headerValue }: NonNullable<HeaderRoute['match']>[number]): readonly object[] {
  const { exact = '', regex = '', prefix = '' } = headerValue ?? {};
  const subject = { scope: 'Header', name: headerName };
  return [
    ...(exact === '' ? [] : [{ subject, op: 'Equal', value: exact }]),
    ...(regex === '' ? [] : [{ subject, op: 'RegexMatch', value: regex }]),
    ...(prefix === '' ? [] : [{ subject, op: 'RegexMatch', value: `^${prefix}.*` }]),
  ];
}
