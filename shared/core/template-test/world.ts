/** The objects of a simulated cluster as one value, and what an action makes of them. */
import type { Action } from '../decision.ts';
import type { AnalysisRun, Rollout } from '../resources/argo.ts';
import type { KubernetesObject, NewObject, ObjectRef, ReplicaSet, Service } from '../resources/kubernetes.ts';
import { sameJson } from '../rollout/same-json.ts';
import { formatTimestamp, type Instant } from '../time.ts';

export interface World {
  readonly rollout?: Rollout;
  readonly replicaSets: readonly ReplicaSet[];
  readonly services: readonly Service[];
  readonly runs: readonly AnalysisRun[];
}

export const EMPTY_WORLD: World = { replicaSets: [], services: [], runs: [] };
export const NAMESPACE = 'default';

/** As the API server does it: uid and creation time for what is new, a generation more for a changed spec. */
export function afterAction(world: World, action: Action, now: Instant): World {
  switch (action.type) {
    case 'create':
      return withObject(world, created(action.object, now));
    case 'patch':
      return withObject(world, counted(action.before, action.after));
    case 'delete':
      return without(world, action.object);
  }
}

/** The object in the place of the one of its kind and name, or behind the others. */
export function withObject(world: World, object: KubernetesObject): World {
  switch (object.kind) {
    case 'Rollout':
      return { ...world, rollout: object as Rollout };
    case 'ReplicaSet':
      return { ...world, replicaSets: put(world.replicaSets, object) };
    case 'Service':
      return { ...world, services: put(world.services, object as Service) };
    case 'AnalysisRun':
      return { ...world, runs: put(world.runs, object as AnalysisRun) };
    default:
      return world;
  }
}

/** @param manifest a new object, or one from a file, which may leave out its namespace */
export function created<T extends KubernetesObject>(manifest: T | NewObject<T>, now: Instant): T {
  const { kind, metadata } = manifest;
  const given = { namespace: NAMESPACE, uid: `${kind}/${metadata.name}`, creationTimestamp: formatTimestamp(now) };
  return { ...manifest, metadata: { ...given, generation: 1, ...metadata } } as T;
}

function counted<T extends KubernetesObject & { spec?: unknown }>(before: T, after: T): T {
  if (sameJson(before.spec, after.spec)) return after;
  return { ...after, metadata: { ...after.metadata, generation: (before.metadata.generation ?? 0) + 1 } };
}

function put<T extends KubernetesObject>(list: readonly T[], object: T): readonly T[] {
  const index = list.findIndex(({ metadata }) => metadata.name === object.metadata.name);
  return index === -1 ? [...list, object] : list.with(index, object);
}

function without(world: World, { kind, name }: ObjectRef): World {
  const others = <T extends KubernetesObject>(list: readonly T[]) =>
    list.filter((object) => object.kind !== kind || object.metadata.name !== name);
  return { ...world, replicaSets: others(world.replicaSets), runs: others(world.runs) };
}
