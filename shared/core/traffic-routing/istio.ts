/** Istio: weights in VirtualServices, versions as subsets of a DestinationRule. strategies §3.7 "Istio". */
import type { Action, EventNote } from '../decision.ts';
import type { Rollout } from '../resources/argo.ts';
import { POD_TEMPLATE_HASH } from '../resources/keys.ts';
import type { KubernetesObject } from '../resources/kubernetes.ts';
import { internal, invalid } from '../rollout/field-error.ts';
import { availableOf, sizeOf } from '../rollout/replica-sets.ts';
import { sameJson } from '../rollout/same-json.ts';
import { withHashes } from './istio/destination-rule.ts';
import { inOrder, withHeaderRoute, withMirrorRoute, withoutManagedRoutes } from './istio/managed-routes.ts';
import {
  destinationRuleRef,
  istioOf,
  virtualServiceRef,
  virtualServicesOf,
  type DestinationRule,
  type VirtualService,
  type VirtualServiceUse,
} from './istio/objects.ts';
import { unfitRoutes } from './istio/select-routes.ts';
import { withWeights } from './istio/weights.ts';
import {
  findObject,
  notFound,
  patchOf,
  RoutingError,
  type RouteEdits,
  type Routes,
  type RoutingProblems,
  type TrafficRouter,
} from './router.ts';

const AT = 'spec.strategy.canary.trafficRouting.istio';

export const istio: TrafficRouter = {
  type: 'Istio',
  uses: (routing) => routing.istio !== undefined,
  reads: (rollout) => {
    const rule = destinationRuleRef(rollout);
    const services = virtualServicesOf(rollout).map((use) => virtualServiceRef(use, rollout));
    return rule === undefined ? services : [rule, ...services];
  },
  problems,
  route,
  referencedHashes: (rollout, objects) =>
    (findRule(rollout, objects)?.spec?.subsets ?? []).flatMap(({ labels }) => labels?.[POD_TEMPLATE_HASH] ?? []),
};

function problems(rollout: Rollout, objects: readonly KubernetesObject[]): RoutingProblems {
  const { virtualService, virtualServices = [] } = istioOf(rollout);
  if ((virtualService === undefined) === (virtualServices.length === 0)) {
    const missing = [internal(AT, 'either VirtualService or VirtualServices must be configured')];
    return { missing, unfit: [] };
  }
  const path = `${AT}.${virtualService === undefined ? 'virtualServices' : 'virtualService'}.name`;
  const uses = virtualServicesOf(rollout).map((use) => ({ use, ref: virtualServiceRef(use, rollout) }));
  return {
    missing: uses.flatMap(({ ref }) => (findObject(objects, ref) ? [] : [invalid(path, ref.name, notFound(ref))])),
    unfit: uses.flatMap(({ use, ref }) => {
      const found = findObject<VirtualService>(objects, ref);
      const text = found && unfitRoutes(found, use, rollout);
      return text === undefined ? [] : [invalid(path, ref.name, text)];
    }),
  };
}

/** Subsets before weights, so that what gets traffic is what is meant; unless the canary has lost its pods. */
function route(rollout: Rollout, objects: readonly KubernetesObject[], routes: Routes): RouteEdits {
  const waitsFor = delaysSwitch(rollout, routes);
  if (waitsFor !== undefined) return { actions: [], events: [], waitsFor };
  const rule = editRule(rollout, objects, routes);
  const services = editServices(rollout, objects, routes);
  const ordered = routes.weightFirst ? [services, rule] : [rule, services];
  return {
    actions: ordered.flatMap(({ actions }) => actions),
    events: ordered.flatMap(({ events }) => events),
  };
}

/** Without Services, subsets are all that keeps traffic from pods that are not there yet. */
function delaysSwitch(rollout: Rollout, { mustBeAvailable }: Routes): string | undefined {
  const { canaryService = '', stableService = '' } = rollout.spec.strategy?.canary ?? {};
  if (istioOf(rollout).destinationRule === undefined || canaryService !== '' || stableService !== '') return undefined;
  const short = mustBeAvailable.find((replicaSet) => sizeOf(replicaSet) > availableOf(replicaSet));
  if (short === undefined) return undefined;
  return `delaying destination rule switch: ReplicaSet ${short.metadata.name} not fully available`;
}

function findRule(rollout: Rollout, objects: readonly KubernetesObject[]): DestinationRule | undefined {
  const ref = destinationRuleRef(rollout);
  return ref && findObject<DestinationRule>(objects, ref);
}

function editRule(rollout: Rollout, objects: readonly KubernetesObject[], routes: Routes): RouteEdits {
  const { destinationRule } = istioOf(rollout);
  if (destinationRule === undefined) return { actions: [], events: [] };
  const { name, canarySubsetName, stableSubsetName } = destinationRule;
  const before = findRule(rollout, objects);
  if (before === undefined) throw new RoutingError(`DestinationRule \`${name}\` not found`, 'DestinationRuleNotFound');
  const actions = patchOf(before, withHashes(before, rollout, routes), 'its subsets mean these versions');
  const subsets = `${canarySubsetName}: ${routes.canaryHash}, ${stableSubsetName}: ${routes.stableHash}`;
  const message = `DestinationRule ${name} subset updated (${subsets})`;
  const event: EventNote = { type: 'Normal', reason: 'UpdatedDestinationRule', message };
  return { actions, events: actions.length === 0 ? [] : [event] };
}

/** The same VirtualService may be named more than once, for routes of different kinds. */
function editServices(rollout: Rollout, objects: readonly KubernetesObject[], routes: Routes): RouteEdits {
  const edited = new Map<KubernetesObject, VirtualService>();
  const events: EventNote[] = [];
  for (const use of virtualServicesOf(rollout)) {
    const ref = virtualServiceRef(use, rollout);
    const before = findObject<VirtualService>(objects, ref);
    if (before === undefined) throw missing(ref.name);
    const ruleHost = findRule(rollout, objects)?.spec?.host;
    const change = editService(edited.get(before) ?? before, use, rollout, routes, ruleHost);
    edited.set(before, change.after);
    events.push(...change.events);
  }
  const actions = [...edited].flatMap(([before, after]): readonly Action[] =>
    patchOf(before, after, `weight ${routes.weight}`),
  );
  return { actions, events };
}

function missing(name: string): RoutingError {
  return new RoutingError(`VirtualService \`${name}\` not found`, 'VirtualServiceNotFound');
}

function editService(
  before: VirtualService,
  use: VirtualServiceUse,
  rollout: Rollout,
  { headerRoute, mirrorRoute, ...routes }: Routes,
  ruleHost: string | undefined,
): { readonly after: VirtualService; readonly events: readonly EventNote[] } {
  const target = { rollout, use, ruleHost };
  const events: EventNote[] = [];
  const step = (from: VirtualService, to: VirtualService, what: string) => {
    const message = `VirtualService \`${from.metadata.name}\` set ${what}`;
    if (!sameJson(from, to)) events.push({ type: 'Normal', reason: 'Updated VirtualService', message });
    return to;
  };
  let current = routes.dropsManagedRoutes ? withoutManagedRoutes(before, rollout) : before;
  if (headerRoute !== undefined) {
    current = step(current, withHeaderRoute(current, headerRoute, target), `headerRoute '${headerRoute.name ?? ''}'`);
  }
  if (mirrorRoute !== undefined) {
    current = step(current, withMirrorRoute(current, mirrorRoute, target), `mirrorRoute '${mirrorRoute.name}'`);
  }
  const weighted = withWeights(current, use, rollout, routes);
  if (sameJson(current, weighted)) return { after: current, events };
  const after = step(current, inOrder(weighted, rollout), `to desiredWeight '${routes.weight}'`);
  return { after, events };
}
