/** The paths of header routes in an Ingress: they name an action of the annotations in place of a Service. */
import type { Rollout } from '../../resources/argo.ts';
import { pathsOf, serviceOf, type Ingress, type IngressPath } from '../ingress.ts';

/** First in every rule, so that its condition is asked first. */
export function withRoutePath(ingress: Ingress, route: string): Ingress {
  const backend = { service: { name: route, port: { name: 'use-annotation' } } };
  const path: IngressPath = { path: '/*', pathType: 'ImplementationSpecific', backend };
  return withPaths(ingress, (paths) => [path, ...paths]);
}

export function withoutPaths(ingress: Ingress, route: string): Ingress {
  return withPaths(ingress, (paths) => paths.filter((path) => serviceOf(path) !== route));
}

/** In the order of `managedRoutes`, before all others. */
export function inManagedOrder(ingress: Ingress, { spec }: Rollout): Ingress {
  const managed = (spec.strategy?.canary?.trafficRouting?.managedRoutes ?? []).map(({ name }) => name);
  const rank = (path: IngressPath) => {
    const index = managed.indexOf(serviceOf(path));
    return index === -1 ? managed.length : index;
  };
  return withPaths(ingress, (paths) => paths.toSorted((a, b) => rank(a) - rank(b)));
}

function withPaths(ingress: Ingress, change: (paths: readonly IngressPath[]) => readonly IngressPath[]): Ingress {
  const rules = ingress.spec?.rules;
  if (rules === undefined) return ingress;
  const edited = rules.map((rule) =>
    rule.http === undefined ? rule : { ...rule, http: { ...rule.http, paths: change(pathsOf(rule)) } },
  );
  return { ...ingress, spec: { ...ingress.spec, rules: edited } };
}
