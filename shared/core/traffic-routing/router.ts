/**
 * What a traffic router is: pure edits of the Kubernetes objects that split the traffic. It reads nothing itself, so that
 * its whole behaviour is a table of objects before and after. decisions 006; strategies §3.
 */
import type { Action, EventNote } from '../decision.ts';
import { InvalidSpecError } from '../errors.ts';
import type { CanaryStep, CanaryStrategy, Rollout, RolloutStatus, WeightDestination } from '../resources/argo.ts';
import type { KubernetesObject, ObjectRef, ReplicaSet } from '../resources/kubernetes.ts';
import { sameJson } from '../rollout/same-json.ts';
import type { Instant, Millis } from '../time.ts';
import type { SeenIngress } from './load-balancers.ts';

export type TrafficRouting = NonNullable<CanaryStrategy['trafficRouting']>;
export type HeaderRoute = NonNullable<CanaryStep['setHeaderRoute']>;
export type MirrorRoute = NonNullable<CanaryStep['setMirrorRoute']>;

/** Objects that are found by their labels, not by name. */
export interface ObjectSelection {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly labelSelector: string;
}

/** Where the traffic shall go. Weights are whole numbers; what the canary and the others leave is the stable version's. */
export interface Routes {
  readonly now: Instant;
  /** Of the canary, in parts of `maxWeight`. */
  readonly weight: number;
  readonly maxWeight: number;
  /** Versions of a running Experiment that get traffic too. */
  readonly others: readonly WeightDestination[];
  /** Those of the split before, which may have to go. */
  readonly formerOthers: readonly WeightDestination[];
  /** Pod hash labels; empty while there is no such version. */
  readonly canaryHash: string;
  readonly stableHash: string;
  /** Of the current step; absent: such routes stay as they are. */
  readonly headerRoute?: HeaderRoute;
  readonly mirrorRoute?: MirrorRoute;
  /** Header and mirror routes of the update are taken away. */
  readonly dropsManagedRoutes: boolean;
  /** The canary has lost its pods: no traffic to it before anything else is moved. */
  readonly weightFirst: boolean;
  /** Whose pods must be available before a router sends traffic to a version by its hash alone. */
  readonly mustBeAvailable: readonly ReplicaSet[];
}

export interface RouteEdits {
  /** In the order in which they must be written. */
  readonly actions: readonly Action[];
  readonly events: readonly EventNote[];
  readonly requeueAfter?: Millis;
  /** Nothing may be moved before this: the pass ends here, and is tried again. */
  readonly waitsFor?: string;
}

/** What is wrong with the objects before anything of the Rollout is touched; texts of engine §3. */
export interface RoutingProblems {
  /** Missing objects, and fields that do not go together. */
  readonly missing: readonly string[];
  /** What is in the objects; looked at when all are there. */
  readonly unfit: readonly string[];
}

/** What an outside load balancer says of the weights. */
export interface Verification {
  readonly verified: boolean;
  /** It could not be asked: the pass goes on without an answer. */
  readonly failed: boolean;
  readonly events: readonly EventNote[];
  /** For `status.albs`, in the order of the Ingresses; empty: not known. */
  readonly statuses: readonly NonNullable<RolloutStatus['alb']>[];
}

export interface TrafficRouter {
  readonly type: string;
  /** Does the Rollout use it? */
  uses(routing: TrafficRouting): boolean;
  /** @param known what was read so far: an object may name further ones */
  reads(rollout: Rollout, known: readonly KubernetesObject[]): readonly ObjectRef[];
  selects?(rollout: Rollout): readonly ObjectSelection[];
  problems?(rollout: Rollout, objects: readonly KubernetesObject[]): RoutingProblems;
  /**
   * Applied twice, it changes nothing the second time; fields that are not about these routes stay as they are.
   * @throws RoutingError that names the object which is missing or does not fit
   */
  route(rollout: Rollout, objects: readonly KubernetesObject[], routes: Routes): RouteEdits;
  /**
   * Have the weights been taken over? Absent, or undefined: nobody tells.
   * @param seen of the load balancers, by Ingress; undefined: they were not asked
   */
  verify?(rollout: Rollout, routes: Routes, seen: readonly SeenIngress[] | undefined): Verification | undefined;
  /** Hashes that its objects still send traffic to. */
  referencedHashes?(rollout: Rollout, objects: readonly KubernetesObject[]): readonly string[];
}

/** The stable version's share. */
export function stableWeight({ weight, maxWeight, others }: Routes): number {
  return maxWeight - weight - others.reduce((sum, other) => sum + other.weight, 0);
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what it refers to
export function findObject<T extends KubernetesObject = KubernetesObject>(
  objects: readonly KubernetesObject[],
  ref: ObjectRef,
): T | undefined {
  return objects.find(
    ({ kind, apiVersion, metadata }) =>
      kind === ref.kind &&
      groupOf(apiVersion) === groupOf(ref.apiVersion) &&
      metadata.namespace === ref.namespace &&
      metadata.name === ref.name,
  ) as T | undefined;
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}

/** What is wrong with an object that a router edits. `reason` is the Event's. */
export class RoutingError extends InvalidSpecError {
  override readonly name = 'RoutingError';
  readonly reason: string;
  constructor(message: string, reason = 'TrafficRoutingError') {
    super(message);
    this.reason = reason;
  }
}

/** @throws RoutingError that names it */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what it refers to
export function requireObject<T extends KubernetesObject = KubernetesObject>(
  objects: readonly KubernetesObject[],
  ref: ObjectRef,
): T {
  const found = findObject<T>(objects, ref);
  if (found === undefined) throw new RoutingError(notFound(ref));
  return found;
}

/** In the API server's words. */
export function notFound({ apiVersion, kind, name }: ObjectRef): string {
  const lower = kind.toLowerCase();
  const plural = lower.endsWith('s') ? `${lower}es` : `${lower}s`;
  const group = groupOf(apiVersion);
  return `${plural}${group === '' ? '' : `.${group}`} "${name}" not found`;
}

/** One patch, or none where nothing differs. */
export function patchOf(before: KubernetesObject, after: KubernetesObject, because: string): readonly Action[] {
  return sameJson(before, after) ? [] : [{ type: 'patch', before, after, because }];
}

/** The header and mirror routes that the update may have made. */
export function managedRouteNames({ spec }: Rollout): ReadonlySet<string> {
  const { steps = [], trafficRouting } = spec.strategy?.canary ?? {};
  const ofSteps = steps.flatMap(({ setHeaderRoute, setMirrorRoute }) => [setHeaderRoute?.name, setMirrorRoute?.name]);
  const managed = (trafficRouting?.managedRoutes ?? []).map(({ name }) => name);
  return new Set([...ofSteps, ...managed].filter((name) => name !== undefined));
}
