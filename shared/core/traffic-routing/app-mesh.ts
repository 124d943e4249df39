/** AWS App Mesh: weights in a VirtualRouter, versions as VirtualNodes. strategies §3.7 "App Mesh". */
import type { Action } from '../decision.ts';
import type { Rollout } from '../resources/argo.ts';
import { MANAGED_BY, POD_TEMPLATE_HASH } from '../resources/keys.ts';
import type { KubernetesObject, ObjectRef } from '../resources/kubernetes.ts';
import { invalid } from '../rollout/field-error.ts';
import {
  findObject,
  notFound,
  patchOf,
  RoutingError,
  stableWeight,
  type Routes,
  type RoutingProblems,
  type TrafficRouter,
} from './router.ts';

interface VirtualService extends KubernetesObject {
  readonly spec?: {
    readonly provider?: {
      readonly virtualRouter?: {
        readonly virtualRouterRef?: { readonly name?: string; readonly namespace?: string };
      };
    };
  };
}

interface WeightedTarget {
  readonly virtualNodeRef?: { readonly name?: string; readonly namespace?: string };
  readonly weight?: number;
}

type RouteRule = { readonly action?: { readonly weightedTargets?: readonly WeightedTarget[] } };
type MeshRoute = { readonly name?: string } & { readonly [Kind in RouteKind]?: RouteRule };

interface VirtualRouter extends KubernetesObject {
  readonly spec?: { readonly routes?: readonly MeshRoute[] };
}

interface VirtualNode extends KubernetesObject {
  readonly spec?: { readonly podSelector?: { readonly matchLabels?: Readonly<Record<string, string>> } };
}

const ROUTE_KINDS = ['httpRoute', 'tcpRoute', 'http2Route', 'grpcRoute'] as const;
type RouteKind = (typeof ROUTE_KINDS)[number];

/** Both nodes must never select the same pods: the mesh's admission refuses that. */
const NO_CANARY = 'canary-hash';
const NO_STABLE = 'stable-hash';
const AT = 'spec.strategy.canary.trafficRouting.appMesh.virtualService';

export const appMesh: TrafficRouter = {
  type: 'AppMesh',
  uses: (routing) => routing.appMesh !== undefined,
  reads: (rollout, known) => {
    const service = findService(rollout, known);
    return [
      ...serviceRef(rollout),
      ...(service === undefined ? [] : routerRef(service)),
      ...nodeNames(rollout).map((name) => ref('VirtualNode', rollout.metadata.namespace, name)),
    ];
  },
  problems,
  route: (rollout, objects, routes) => {
    const nodes = nodeEdits(rollout, objects, routes);
    const router = routerEdits(rollout, objects, routes);
    return { actions: routes.weightFirst ? [...router, ...nodes] : [...nodes, ...router], events: [] };
  },
};

function settingsOf({ spec }: Rollout) {
  return spec.strategy?.canary?.trafficRouting?.appMesh ?? {};
}

function ref(kind: string, namespace: string, name: string): ObjectRef {
  return { apiVersion: 'appmesh.k8s.aws/v1beta2', kind, namespace, name };
}

function serviceRef(rollout: Rollout): readonly ObjectRef[] {
  const { virtualService } = settingsOf(rollout);
  return virtualService === undefined ? [] : [ref('VirtualService', rollout.metadata.namespace, virtualService.name)];
}

function findService(rollout: Rollout, objects: readonly KubernetesObject[]): VirtualService | undefined {
  return serviceRef(rollout)
    .map((service) => findObject<VirtualService>(objects, service))
    .at(0);
}

function routerRef({ metadata, spec }: VirtualService): readonly ObjectRef[] {
  const { name, namespace } = spec?.provider?.virtualRouter?.virtualRouterRef ?? {};
  return name === undefined ? [] : [ref('VirtualRouter', namespace ?? metadata.namespace, name)];
}

function nodeNames(rollout: Rollout): readonly string[] {
  const { canaryVirtualNodeRef, stableVirtualNodeRef } = settingsOf(rollout).virtualNodeGroup ?? {};
  return [stableVirtualNodeRef?.name, canaryVirtualNodeRef?.name].filter((name) => name !== undefined);
}

function problems(rollout: Rollout, objects: readonly KubernetesObject[]): RoutingProblems {
  const [service] = serviceRef(rollout);
  if (service === undefined) return { missing: [invalid(AT, undefined, 'must provide virtual-service')], unfit: [] };
  const found = findService(rollout, objects);
  const path = `${AT}.name`;
  if (found === undefined) return { missing: [invalid(path, service.name, notFound(service))], unfit: [] };
  const [routerOf] = routerRef(found);
  if (routerOf === undefined) {
    const detail = 'Virtual-service is not associated with virtual-router';
    return { missing: [], unfit: [invalid(path, service.name, detail)] };
  }
  const router = findObject<VirtualRouter>(objects, routerOf);
  if (router === undefined) return { missing: [invalid(path, service.name, notFound(routerOf))], unfit: [] };
  const text = unfitRouter(router);
  return { missing: [], unfit: text === undefined ? [] : [invalid(path, service.name, text)] };
}

function unfitRouter({ metadata, spec }: VirtualRouter): string | undefined {
  const routes = spec?.routes ?? [];
  const shown = `VirtualRouter "${metadata.name}"`;
  if (routes.length === 0) return `${shown} has no routes`;
  for (const [index, route] of routes.entries()) {
    const kind = ROUTE_KINDS.find((each) => route[each] !== undefined);
    if (kind === undefined) return `${shown}: spec.routes[${index}] has unsupported route type`;
    if ((route[kind]?.action?.weightedTargets ?? []).length !== 2) {
      return `${shown}: spec.routes[${index}].${kind}.action.weightedTargets must have exactly 2 targets`;
    }
  }
  return undefined;
}

function nodeEdits(rollout: Rollout, objects: readonly KubernetesObject[], routes: Routes): readonly Action[] {
  const stable = routes.stableHash === '' ? NO_STABLE : routes.stableHash;
  const canary = routes.canaryHash === '' || routes.canaryHash === stable ? NO_CANARY : routes.canaryHash;
  const [stableName, canaryName] = nodeNames(rollout);
  const wanted = [
    { name: stableName, hash: stable },
    { name: canaryName, hash: canary },
  ];
  return wanted.flatMap(({ name = '', hash }) => {
    const { namespace } = rollout.metadata;
    const before = findObject<VirtualNode>(objects, ref('VirtualNode', namespace, name));
    if (before === undefined) {
      const text = `VirtualNode \`${name}\` not found in namespace \`${namespace}\``;
      throw new RoutingError(text, 'VirtualNodeNotFound');
    }
    return patchOf(before, selecting(before, hash, rollout), `its pods are those of ${hash}`);
  });
}

function selecting(node: VirtualNode, hash: string, rollout: Rollout): VirtualNode {
  const annotations = { ...node.metadata.annotations, [MANAGED_BY]: rollout.metadata.name };
  const matchLabels = { ...node.spec?.podSelector?.matchLabels, [POD_TEMPLATE_HASH]: hash };
  const podSelector = { ...node.spec?.podSelector, matchLabels };
  return { ...node, metadata: { ...node.metadata, annotations }, spec: { ...node.spec, podSelector } };
}

function routerEdits(rollout: Rollout, objects: readonly KubernetesObject[], routes: Routes): readonly Action[] {
  const service = findService(rollout, objects);
  const [routerOf] = service === undefined ? [] : routerRef(service);
  const before = routerOf && findObject<VirtualRouter>(objects, routerOf);
  if (before === undefined) {
    const name = settingsOf(rollout).virtualService?.name ?? '';
    const text = `VirtualRouter for \`${name}\` not found in namespace \`${rollout.metadata.namespace}\``;
    throw new RoutingError(text, 'VirtualRouterNotFound');
  }
  const named = settingsOf(rollout).virtualService?.routes ?? [];
  const edited = (before.spec?.routes ?? []).map((route) =>
    named.length === 0 || named.includes(route.name ?? '') ? weighing(route, rollout, routes) : route,
  );
  const after = { ...before, spec: { ...before.spec, routes: edited } };
  return patchOf(before, after, `weight ${routes.weight}`);
}

function weighing(route: MeshRoute, rollout: Rollout, routes: Routes): MeshRoute {
  const [stable, canary] = nodeNames(rollout);
  const weightOf = ({ virtualNodeRef = {} }: WeightedTarget): number | undefined => {
    if ((virtualNodeRef.namespace ?? rollout.metadata.namespace) !== rollout.metadata.namespace) return undefined;
    if (virtualNodeRef.name === stable) return stableWeight(routes);
    return virtualNodeRef.name === canary ? routes.weight : undefined;
  };
  const kind = ROUTE_KINDS.find((each) => route[each] !== undefined);
  const rule = kind && route[kind];
  if (kind === undefined || rule === undefined) return route;
  const weightedTargets = (rule.action?.weightedTargets ?? []).map((target) => {
    const weight = weightOf(target);
    return weight === undefined ? target : { ...target, weight };
  });
  return { ...route, [kind]: { ...rule, action: { ...rule.action, weightedTargets } } };
}
