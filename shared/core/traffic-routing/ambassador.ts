/** Ambassador: a canary Mapping beside each base Mapping. strategies §3.7 "Ambassador". */
import type { Action, EventNote } from '../decision.ts';
import type { Rollout } from '../resources/argo.ts';
import type { KubernetesObject, NewObject, ObjectRef } from '../resources/kubernetes.ts';
import { invalid } from '../rollout/field-error.ts';
import { formatTimestamp, parseTimestamp, SECOND, type Millis } from '../time.ts';
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

interface Mapping extends KubernetesObject {
  readonly spec?: { readonly service?: string; readonly weight?: number };
}

const LONGEST_BASE_NAME = 246;
/** Requests under way end before a canary Mapping without weight is deleted. */
const DRAIN: Millis = 5 * SECOND;
/** On the canary Mapping, which is made here: when it may be deleted. */
const DELETE_AFTER = 'weir.dev/delete-after';
const AT = 'spec.strategy.canary.trafficRouting.ambassador.mappings';

export const ambassador: TrafficRouter = {
  type: 'Ambassador',
  uses: (routing) => routing.ambassador !== undefined,
  reads: (rollout) => namesOf(rollout).flatMap((name) => [mappingRef(name, rollout), canaryRef(name, rollout)]),
  problems,
  route: (rollout, objects, routes) => {
    const edits = namesOf(rollout).map((name) => routeOne(name, rollout, objects, routes));
    const actions = edits.flatMap((edit) => edit.actions);
    const text = `Set canary mapping weight to ${routes.weight}`;
    const note: EventNote = { type: 'Normal', reason: 'CanaryMappingWeightUpdate', message: text };
    const waits = edits.flatMap(({ requeueAfter }) => requeueAfter ?? []);
    const moved = actions.some(({ type }) => type !== 'delete');
    return {
      actions,
      events: moved ? [note] : [],
      ...(waits.length === 0 ? {} : { requeueAfter: Math.min(...waits) }),
    };
  },
};

function namesOf({ spec }: Rollout): readonly string[] {
  return spec.strategy?.canary?.trafficRouting?.ambassador?.mappings ?? [];
}

function mappingRef(name: string, { metadata }: Rollout): ObjectRef {
  return { apiVersion: 'getambassador.io/v2', kind: 'Mapping', namespace: metadata.namespace, name };
}

function canaryRef(base: string, rollout: Rollout): ObjectRef {
  return mappingRef(`${base.slice(0, LONGEST_BASE_NAME)}-canary`, rollout);
}

function problems(rollout: Rollout, objects: readonly KubernetesObject[]): RoutingProblems {
  const names = namesOf(rollout);
  if (names.length === 0) return { missing: [invalid(AT, names, 'must provide at least one mapping')], unfit: [] };
  const found = names.map((name) => ({ name, mapping: findObject<Mapping>(objects, mappingRef(name, rollout)) }));
  return {
    missing: found.flatMap(({ name, mapping }) =>
      mapping === undefined ? [invalid(AT, name, notFound(mappingRef(name, rollout)))] : [],
    ),
    unfit: found.flatMap(({ name, mapping }) =>
      (mapping?.spec?.weight ?? 0) === 0 ? [] : [invalid(AT, name, weighs(name))],
    ),
  };
}

function weighs(name: string): string {
  return `Ambassador mapping ${JSON.stringify(name)} can not define weight`;
}

function routeOne(name: string, rollout: Rollout, objects: readonly KubernetesObject[], routes: Routes): RouteEdits {
  const { weight } = routes;
  const existing = findObject<Mapping>(objects, canaryRef(name, rollout));
  if (existing !== undefined && weight === 0) return retire(existing, routes);
  if (existing !== undefined) {
    return { actions: patchOf(existing, weighing(existing, weight), `weight ${weight}`), events: [] };
  }
  if (weight === 0) return { actions: [], events: [] };
  const base = findObject<Mapping>(objects, mappingRef(name, rollout));
  if (base === undefined) {
    throw new RoutingError(`Ambassador mapping ${JSON.stringify(name)} not found`, 'AmbassadorMappingNotFound');
  }
  if ((base.spec?.weight ?? 0) !== 0) throw new RoutingError(weighs(name), 'AmbassadorMappingConfigError');
  const create: Action = { type: 'create', object: canaryMapping(base, rollout, weight), because: `weight ${weight}` };
  return { actions: [create], events: [] };
}

function weighing(mapping: Mapping, weight: number): Mapping {
  const { [DELETE_AFTER]: _retired, ...annotations } = mapping.metadata.annotations ?? {};
  const metadata = mapping.metadata.annotations === undefined ? {} : { annotations };
  return { ...mapping, metadata: { ...mapping.metadata, ...metadata }, spec: { ...mapping.spec, weight } };
}

/** No weight first, and gone after a while. */
function retire(mapping: Mapping, { now }: Routes): RouteEdits {
  const deadline = parseTimestamp(mapping.metadata.annotations?.[DELETE_AFTER]);
  if (deadline === undefined || (mapping.spec?.weight ?? 0) !== 0) {
    const annotations = { ...mapping.metadata.annotations, [DELETE_AFTER]: formatTimestamp(now + DRAIN) };
    const after = weighing(mapping, 0);
    const retired = { ...after, metadata: { ...after.metadata, annotations } };
    return { actions: patchOf(mapping, retired, 'weight 0'), events: [], requeueAfter: DRAIN };
  }
  if (now < deadline) return { actions: [], events: [], requeueAfter: deadline - now };
  const { apiVersion, kind, metadata } = mapping;
  const object = { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
  return { actions: [{ type: 'delete', object, because: 'the canary has no traffic any more' }], events: [] };
}

function canaryMapping(base: Mapping, rollout: Rollout, weight: number): NewObject {
  const { stableService = '', canaryService = '' } = rollout.spec.strategy?.canary ?? {};
  const { namespace, name } = canaryRef(base.metadata.name, rollout);
  const service = (base.spec?.service ?? '').replace(stableService, () => canaryService);
  const { metadata: _metadata, ...rest } = base;
  const spec = { ...base.spec, service, weight };
  return { ...rest, metadata: { name, namespace }, spec } as NewObject;
}
