/** NGINX: a canary Ingress beside each stable one, with the weight as an annotation. strategies §3.7 "Nginx". */
import type { Action, EventNote } from '../decision.ts';
import type { Rollout } from '../resources/argo.ts';
import { isControlledBy, type KubernetesObject, type NewObject } from '../resources/kubernetes.ts';
import { controllerReference } from '../rollout/adoption.ts';
import {
  ingressProblems,
  ingressRef,
  namesOf,
  pathsOf,
  serviceOf,
  type Ingress,
  type IngressNames,
  type IngressRule,
} from './ingress.ts';
import {
  findObject,
  notFound,
  patchOf,
  RoutingError,
  type RouteEdits,
  type Routes,
  type TrafficRouter,
} from './router.ts';

const LONGEST_NAME = 253;
const SUFFIX = '-canary';

export const nginx: TrafficRouter = {
  type: 'Nginx',
  uses: (routing) => routing.nginx !== undefined,
  reads: (rollout) =>
    stableNames(rollout).flatMap((name) => [
      ingressRef(name, rollout),
      ingressRef(canaryIngressName(rollout, name), rollout),
    ]),
  problems: (rollout, objects) =>
    ingressProblems(ingressNames(rollout), rollout.spec.strategy?.canary?.stableService ?? '', rollout, objects),
  route: (rollout, objects, routes) => {
    const edits = stableNames(rollout).map((name) => routeOne(name, rollout, objects, routes));
    return { actions: edits.flatMap(({ actions }) => actions), events: edits.flatMap(({ events }) => events) };
  },
};

function settingsOf({ spec }: Rollout) {
  return spec.strategy?.canary?.trafficRouting?.nginx ?? {};
}

function ingressNames(rollout: Rollout): IngressNames {
  const { stableIngress, stableIngresses } = settingsOf(rollout);
  return {
    one: stableIngress,
    several: stableIngresses,
    path: 'spec.strategy.canary.trafficRouting.nginx',
    fields: { one: 'stableIngress', several: 'stableIngresses', missing: 'StableIngresses' },
  };
}

function stableNames(rollout: Rollout): readonly string[] {
  return namesOf(ingressNames(rollout));
}

export function canaryIngressName({ metadata }: Rollout, stableIngress: string): string {
  return `${`${metadata.name}-${stableIngress}`.slice(0, LONGEST_NAME - SUFFIX.length)}${SUFFIX}`;
}

function routeOne(name: string, rollout: Rollout, objects: readonly KubernetesObject[], routes: Routes): RouteEdits {
  const stable = findObject<Ingress>(objects, ingressRef(name, rollout));
  if (stable === undefined) throw new RoutingError(notFound(ingressRef(name, rollout)));
  const wanted = canaryIngress(stable, rollout, routes);
  const existing = findObject<Ingress>(objects, ingressRef(wanted.metadata.name, rollout));
  if (existing === undefined) {
    const text = `Creating canary ingress \`${wanted.metadata.name}\` with weight \`${routes.weight}\``;
    const create: Action = { type: 'create', object: wanted, because: `weight ${routes.weight}` };
    return { actions: [create], events: [note('CreatingCanaryIngress', text)] };
  }
  if (!isControlledBy(existing, rollout)) {
    throw new RoutingError(`canary ingress \`${existing.metadata.name}\` controlled by different object`);
  }
  const actions = patchOf(existing, refreshed(existing, wanted), `weight ${routes.weight}`);
  const text = `Updating Ingress \`${existing.metadata.name}\` to desiredWeight '${routes.weight}'`;
  return { actions, events: actions.length === 0 ? [] : [note('PatchingCanaryIngress', text)] };
}

function note(reason: string, message: string): EventNote {
  return { type: 'Normal', reason, message };
}

/** Annotations of others stay. */
function refreshed(existing: Ingress, wanted: NewObject<Ingress>): Ingress {
  const annotations = { ...existing.metadata.annotations, ...wanted.metadata.annotations };
  return {
    ...existing,
    metadata: { ...existing.metadata, annotations },
    spec: { ...existing.spec, ...wanted.spec },
  };
}

function canaryIngress(stable: Ingress, rollout: Rollout, routes: Routes): NewObject<Ingress> {
  const { stableService = '', canaryService = '' } = rollout.spec.strategy?.canary ?? {};
  const rules = (stable.spec?.rules ?? []).flatMap((rule) => canaryRule(rule, stableService, canaryService));
  const { name } = stable.metadata;
  if (rules.length === 0) {
    throw new RoutingError(`ingress \`${name}\` has no rules using service ${stableService} backend`);
  }
  const { tls, ingressClassName } = stable.spec ?? {};
  return {
    apiVersion: stable.apiVersion,
    kind: stable.kind,
    metadata: {
      name: canaryIngressName(rollout, name),
      namespace: rollout.metadata.namespace,
      annotations: annotationsFor(stable, rollout, routes),
      ownerReferences: [controllerReference(rollout)],
    },
    spec: {
      ...(tls === undefined ? {} : { tls }),
      ...(ingressClassName === undefined ? {} : { ingressClassName }),
      rules,
    },
  };
}

/** Only rules with a path to the stable Service; their other paths are kept. */
function canaryRule(rule: IngressRule, stableService: string, canaryService: string): readonly IngressRule[] {
  const paths = pathsOf(rule);
  if (!paths.some((path) => serviceOf(path) === stableService)) return [];
  const moved = paths.map((path) =>
    serviceOf(path) !== stableService
      ? path
      : { ...path, backend: { ...path.backend, service: { ...path.backend?.service, name: canaryService } } },
  );
  return [{ ...rule, http: { ...rule.http, paths: moved } }];
}

function annotationsFor(
  { metadata: { annotations = {} } }: Ingress,
  rollout: Rollout,
  { weight }: Routes,
): Record<string, string> {
  const { additionalIngressAnnotations = {}, canaryIngressAnnotations = {}, annotationPrefix } = settingsOf(rollout);
  const prefix = annotationPrefix ?? 'nginx.ingress.kubernetes.io';
  const total = rollout.spec.strategy?.canary?.trafficRouting?.maxTrafficWeight;
  const ofClass = annotations['kubernetes.io/ingress.class'];
  const additional = Object.entries(additionalIngressAnnotations).map(
    ([key, value]) => [key.startsWith(prefix) ? key : `${prefix}/${key}`, value] as const,
  );
  return {
    ...(ofClass === undefined ? {} : { 'kubernetes.io/ingress.class': ofClass }),
    ...Object.fromEntries(additional),
    ...canaryIngressAnnotations,
    [`${prefix}/canary`]: 'true',
    [`${prefix}/canary-weight`]: String(weight),
    ...(total === undefined ? {} : { [`${prefix}/canary-weight-total`]: String(total) }),
  };
}
