/** AWS load balancers: weights and header routes as annotations of Ingresses. strategies §3.7 "AWS ALB". */
import type { EventNote } from '../decision.ts';
import type { Rollout } from '../resources/argo.ts';
import type { KubernetesObject } from '../resources/kubernetes.ts';
import { sameJson } from '../rollout/same-json.ts';
import {
  actionKey,
  forwardAction,
  forwardToCanary,
  headerConditions,
  headerKeys,
  withManaged,
} from './alb/annotations.ts';
import { inManagedOrder, withoutPaths, withRoutePath } from './alb/paths.ts';
import { albOf, ingressesOf, rootServiceOf } from './alb/settings.ts';
import { verifyWeights } from './alb/verify.ts';
import { ingressProblems, ingressRef, usesService, type Ingress } from './ingress.ts';
import {
  patchOf,
  requireObject,
  RoutingError,
  type HeaderRoute,
  type RouteEdits,
  type Routes,
  type TrafficRouter,
} from './router.ts';

export const alb: TrafficRouter = {
  type: 'ALB',
  uses: (routing) => routing.alb !== undefined,
  reads: (rollout) => ingressesOf(rollout).map((name) => ingressRef(name, rollout)),
  problems: (rollout, objects) => {
    const { ingress, ingresses } = albOf(rollout);
    const path = 'spec.strategy.canary.trafficRouting.alb';
    const fields = { one: 'ingress', several: 'ingresses', missing: 'ingresses' };
    return ingressProblems(
      { one: ingress, several: ingresses, path, fields },
      rootServiceOf(rollout),
      rollout,
      objects,
    );
  },
  route: (rollout, objects, routes) => {
    const edits = ingressesOf(rollout).map((name) => routeOne(name, rollout, objects, routes));
    return { actions: edits.flatMap(({ actions }) => actions), events: edits.flatMap(({ events }) => events) };
  },
  verify: verifyWeights,
};

function routeOne(name: string, rollout: Rollout, objects: readonly KubernetesObject[], routes: Routes): RouteEdits {
  const before = requireObject<Ingress>(objects, ingressRef(name, rollout));
  const root = rootServiceOf(rollout);
  if (!usesService(before, root)) {
    throw new RoutingError(`Ingress "${name}": ingress does not have service \`${root}\` in rules`);
  }
  const events: EventNote[] = [];
  const step = (from: Ingress, to: Ingress, what: string) => {
    const message = `Updating Ingress \`${name}\` ${what}`;
    if (!sameJson(from, to)) events.push({ type: 'Normal', reason: 'PatchingALBIngress', message });
    return to;
  };
  let current = before;
  if (routes.dropsManagedRoutes) current = step(current, withoutRoutes(current, rollout), 'removing managed routes');
  const { headerRoute } = routes;
  if (headerRoute !== undefined) {
    current = step(
      current,
      withHeaderRoute(current, headerRoute, rollout),
      `to headerRoute '${headerRoute.name ?? ''}'`,
    );
  }
  const after = step(current, withWeights(current, rollout, routes), `to desiredWeight '${routes.weight}'`);
  return { actions: patchOf(before, after, `weight ${routes.weight}`), events };
}

function annotated(ingress: Ingress, annotations: Readonly<Record<string, string>>): Ingress {
  return { ...ingress, metadata: { ...ingress.metadata, annotations: { ...annotations } } };
}

function withWeights(ingress: Ingress, rollout: Rollout, routes: Routes): Ingress {
  const key = actionKey(rollout, rootServiceOf(rollout));
  const annotations = { ...ingress.metadata.annotations, [key]: forwardAction(rollout, routes) };
  return annotated(ingress, withManaged(annotations, rollout, { add: [key] }));
}

/** Without a match the route is only taken away. */
function withHeaderRoute(ingress: Ingress, { name = '', match = [] }: HeaderRoute, rollout: Rollout): Ingress {
  if (match.length === 0) return withoutRoute(ingress, name, rollout);
  const [action, condition] = headerKeys(rollout, name);
  const annotations = {
    ...ingress.metadata.annotations,
    [action]: forwardToCanary(rollout),
    [condition]: headerConditions(match),
  };
  const edited = annotated(ingress, withManaged(annotations, rollout, { add: [action, condition] }));
  return inManagedOrder(usesService(edited, name) ? edited : withRoutePath(edited, name), rollout);
}

function withoutRoute(ingress: Ingress, name: string, rollout: Rollout): Ingress {
  const [action, condition] = headerKeys(rollout, name);
  const { [action]: _action, [condition]: _condition, ...annotations } = ingress.metadata.annotations ?? {};
  const edited = annotated(ingress, withManaged(annotations, rollout, { remove: [action, condition] }));
  return withoutPaths(edited, name);
}

/** Nothing is written about routes that were never made. */
function withoutRoutes(ingress: Ingress, rollout: Rollout): Ingress {
  const managed = rollout.spec.strategy?.canary?.trafficRouting?.managedRoutes ?? [];
  const present = managed.filter(({ name }) => {
    const keys = headerKeys(rollout, name);
    return usesService(ingress, name) || keys.some((key) => ingress.metadata.annotations?.[key] !== undefined);
  });
  return present.reduce((current, { name }) => withoutRoute(current, name, rollout), ingress);
}
