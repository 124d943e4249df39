/** The rules of Gateway API routes: weights, Experiments, header routes. strategies §3.7 "argoproj-labs/gatewayAPI". */
import type { Rollout, WeightDestination } from '../../resources/argo.ts';
import type { KubernetesObject } from '../../resources/kubernetes.ts';
import { RoutingError, stableWeight, type HeaderRoute, type Routes } from '../router.ts';
import type { RouteType } from './settings.ts';

export interface BackendRef {
  readonly group?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly port?: number;
  readonly weight?: number;
}

interface RouteMatch {
  readonly path?: object;
  readonly queryParams?: readonly object[];
  readonly method?: object;
}

export interface Rule {
  readonly matches?: readonly RouteMatch[];
  readonly filters?: readonly object[];
  readonly backendRefs?: readonly BackendRef[];
}

export interface GatewayRoute extends KubernetesObject {
  readonly spec?: { readonly rules?: readonly Rule[] };
}

export function rulesOf({ spec }: GatewayRoute): readonly Rule[] {
  return spec?.rules ?? [];
}

export function withRules(route: GatewayRoute, rules: readonly Rule[]): GatewayRoute {
  return { ...route, spec: { ...route.spec, rules } };
}

interface Services {
  readonly canary: string;
  readonly stable: string;
}

function servicesOf({ spec }: Rollout): Services {
  const { canaryService = '', stableService = '' } = spec.strategy?.canary ?? {};
  return { canary: canaryService, stable: stableService };
}

/**
 * @param managed indexes of header routes: all of theirs is the canary's
 * @throws RoutingError when no rule splits between the two Services
 */
export function weighted(
  type: RouteType,
  route: GatewayRoute,
  managed: ReadonlySet<number>,
  rollout: Rollout,
  routes: Routes,
): GatewayRoute {
  const { canary, stable } = servicesOf(rollout);
  const rules = rulesOf(route);
  for (const name of [canary, stable]) {
    if (!rules.some((rule) => refTo(rule, name) !== undefined)) {
      throw new RoutingError(
        `backendRef was not found in ${type}Route: ${name} in ${route.kind} "${route.metadata.name}"`,
      );
    }
  }
  const shares = new Map([
    [stable, stableWeight(routes)],
    [canary, routes.weight],
    ...routes.others.map(({ serviceName = '', weight }) => [serviceName, weight] as const),
  ]);
  const gone = new Set(
    routes.formerOthers.map(({ serviceName }) => serviceName).filter((name) => !shares.has(name ?? '')),
  );
  return withRules(
    route,
    rules.map((rule, index) => {
      if (managed.has(index)) return rule;
      const kept = (rule.backendRefs ?? []).filter(({ name }) => !gone.has(name));
      const refs = kept.map((ref) => {
        const weight = shares.get(ref.name ?? '');
        return weight === undefined ? ref : { ...ref, weight };
      });
      return rule.backendRefs === undefined
        ? rule
        : { ...rule, backendRefs: [...refs, ...missingOthers(rule, canary, routes.others)] };
    }),
  );
}

function refTo({ backendRefs = [] }: Rule, service: string): BackendRef | undefined {
  return backendRefs.find(({ name }) => name === service);
}

/** Versions of an Experiment stand beside the canary, on its port. */
function missingOthers(rule: Rule, canary: string, others: readonly WeightDestination[]): readonly BackendRef[] {
  const beside = refTo(rule, canary);
  if (beside === undefined) return [];
  return others
    .filter(({ serviceName = '' }) => serviceName !== '' && refTo(rule, serviceName) === undefined)
    .map(({ serviceName: name = '', weight }) => ({ ...beside, name, weight }));
}

/** Made by a header route: nothing but the canary is behind it. */
export function isHeaderRule(rule: Rule | undefined, rollout: Rollout): boolean {
  const { canary } = servicesOf(rollout);
  const refs = rule?.backendRefs ?? [];
  return refs.length === 1 && refs[0]?.name === canary;
}

/** The first weighted rule's matches, asked for the headers too. */
export function headerRule(type: RouteType, route: GatewayRoute, { match = [] }: HeaderRoute, rollout: Rollout): Rule {
  const { canary, stable } = servicesOf(rollout);
  const base = rulesOf(route).find((rule) => [canary, stable].every((name) => refTo(rule, name) !== undefined));
  const port = base && refTo(base, canary)?.port;
  if (base === undefined) {
    const text = `backendRef was not found in ${type}Route: no rule of ${route.kind} "${route.metadata.name}" has both`;
    throw new RoutingError(`${text} ${canary} and ${stable}`);
  }
  const headers = match.map(headerMatch);
  const matches = (base.matches ?? [{}]).map(({ path, queryParams, method }) => ({
    ...(path === undefined || type !== 'http' ? {} : { path }),
    ...(method === undefined || type !== 'grpc' ? {} : { method }),
    headers,
    ...(queryParams === undefined ? {} : { queryParams }),
  }));
  const backend = { group: '', kind: 'Service', name: canary, ...(port === undefined ? {} : { port }) };
  return { matches, ...(base.filters === undefined ? {} : { filters: base.filters }), backendRefs: [backend] };
}

function headerMatch({ headerName: name, headerValue }: NonNullable<HeaderRoute['match']>[number]): object {
  const { exact = '', regex = '', prefix = '' } = headerValue ?? {};
  if (exact !== '') return { name, type: 'Exact', value: exact };
  return { name, type: 'RegularExpression', value: prefix === '' ? regex : `${prefix}.*` };
}
