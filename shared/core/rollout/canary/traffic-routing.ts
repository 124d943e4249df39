/** Where the traffic of a canary shall go now, and telling the routers. strategies §3.2. */
import type { TrafficWeights, WeightDestination } from '../../resources/argo.ts';
import { routersOf } from '../../traffic-routing/registry.ts';
import { RoutingError, type RouteEdits, type Routes, type TrafficRouter } from '../../traffic-routing/router.ts';
import { SECOND, type Millis } from '../../time.ts';
import { canaryOf, isFullyPromoted, newestHash, type Pass } from '../pass.ts';
import { availableOf, hashOf, revisionOf } from '../replica-sets.ts';
import { sameJson } from '../same-json.ts';
import { currentStep, currentStepIndex, stepsOf } from './current-step.ts';
import { experimentWeights } from './experiment-weights.ts';
import { rollingBackFrom } from './rolling-back.ts';
import { atDesiredSizes, thresholdMet } from './sizes.ts';
import { verifyTraffic } from './verify-traffic.ts';
import { currentSetWeight, isDynamic, maxWeightOf, retreatWeight, setWeightBefore } from './weights.ts';

const RETRY: Millis = 10 * SECOND;

/** `failed` and `unverified` end the pass: it is tried again, and nothing that depends on the traffic happens before. */
export type TrafficOutcome =
  | 'routed'
  /** A router's object is missing or does not fit. */
  | 'failed'
  /** All weight is the canary's, and the load balancer has not taken that over: no pod of stable may go. */
  | 'unverified';

/** Objects are edited, and what the routers are told becomes `pass.weights`. */
export function reconcileTraffic(pass: Pass): TrafficOutcome {
  const routers = routersOf(pass.rollout);
  if (routers.length === 0) {
    pass.weights = undefined;
    return 'routed';
  }
  const wanted = wantedWeight(pass);
  if (!stableCanCarry(pass, wanted.weight)) return 'routed';
  const routes = routesOf(pass, wanted);
  if (!routers.every((router) => apply(pass, router, routes))) return 'failed';
  noteWeights(pass, routes);
  return verifyTraffic(pass, routers, routes) ? 'routed' : 'unverified';
}

interface WantedWeight {
  readonly weight: number;
  readonly others: readonly WeightDestination[];
  readonly dropsManagedRoutes: boolean;
}

/** The first rule that holds. */
function wantedWeight(pass: Pass): WantedWeight {
  const { stored, sets, replicas } = pass;
  const alone = (weight: number) => ({ weight, others: [], dropsManagedRoutes: true });
  if (rollingBackFrom(pass) !== undefined) return { ...alone(retreatWeight(pass)), dropsManagedRoutes: false };
  if (isFullyPromoted(stored)) return alone(0);
  if (stored.abort === true) return alone(retreatWeight(pass));
  if (availableOf(sets.newest) === 0) return { ...alone(0), others: experimentWeights(pass) };
  if (stored.promoteFull === true) {
    const carried = replicas === 0 ? 0 : Math.floor((maxWeightOf(pass) * availableOf(sets.newest)) / replicas);
    return alone(isDynamic(pass) ? carried : (stored.canary?.weights?.canary.weight ?? 0));
  }
  return weightOfStep(pass);
}

/** A weight is set only where its pods are: until then the one before stays. Without steps none is set before promotion. */
function weightOfStep(pass: Pass): WantedWeight {
  const index = currentStepIndex(pass);
  const count = stepsOf(pass).length;
  const keep = { others: experimentWeights(pass), dropsManagedRoutes: false };
  if (count === 0) return { ...keep, weight: 0, others: [] };
  if (!atDesiredSizes(pass, undefined)) return { ...keep, weight: setWeightBefore(pass, index) };
  if (index < count) return { ...keep, weight: currentSetWeight(pass) };
  return { weight: maxWeightOf(pass), others: [], dropsManagedRoutes: false };
}

/** Nothing is moved to where there is no capacity. */
function stableCanCarry(pass: Pass, weight: number): boolean {
  const { stable } = pass.sets;
  if (stable === undefined) return false;
  const needed = Math.floor(((maxWeightOf(pass) - weight) * pass.replicas) / maxWeightOf(pass));
  return availableOf(stable) >= needed || thresholdMet(pass, stable, needed);
}

function routesOf(pass: Pass, wanted: WantedWeight): Routes {
  const { newest, stable } = pass.sets;
  const previous = rollingBackFrom(pass);
  const retreats = pass.stored.abort === true || previous !== undefined;
  const step = (revisionOf(pass.rollout) ?? 0) > 1 ? currentStep(pass) : undefined;
  const { setHeaderRoute, setMirrorRoute } = step ?? {};
  return {
    ...wanted,
    now: pass.now,
    maxWeight: maxWeightOf(pass),
    formerOthers: pass.stored.canary?.weights?.additional ?? [],
    canaryHash: previous ?? newestHash(pass),
    stableHash: hashOf(stable),
    ...(setHeaderRoute === undefined ? {} : { headerRoute: setHeaderRoute }),
    ...(setMirrorRoute === undefined ? {} : { mirrorRoute: setMirrorRoute }),
    weightFirst: availableOf(newest) === 0 && (pass.stored.canary?.weights?.canary.weight ?? 0) > 0,
    mustBeAvailable: [stable, ...(retreats ? [] : [newest])].filter((replicaSet) => replicaSet !== undefined),
  };
}

function apply(pass: Pass, router: TrafficRouter, routes: Routes): boolean {
  const objects = (pass.snapshot.routingObjects ?? []).map((object) => pass.changes.current(object));
  const edits = editsOf(pass, () => router.route(pass.rollout, objects, routes));
  if (edits === undefined) return false;
  for (const action of edits.actions) pass.changes.add(action);
  for (const { type, reason, message } of edits.events) pass.changes.event(reason, message, type);
  pass.changes.requeue(edits.waitsFor === undefined ? edits.requeueAfter : RETRY);
  return edits.waitsFor === undefined;
}

/** What is wrong with an object is told, and looked at again: its owner may mend it without the Rollout. */
function editsOf(pass: Pass, route: () => RouteEdits): RouteEdits | undefined {
  try {
    return route();
  } catch (error) {
    if (!(error instanceof RoutingError)) throw error;
    pass.changes.event(error.reason, error.message, 'Warning');
    pass.changes.requeue(RETRY);
    return undefined;
  }
}

/** `status.canary.weights`: what the routers have been told. A change voids what was verified. */
function noteWeights(pass: Pass, { weight, maxWeight, others, canaryHash, stableHash }: Routes): void {
  const { canaryService, stableService } = canaryOf(pass) ?? {};
  const stable = maxWeight - weight - others.reduce((sum, other) => sum + other.weight, 0);
  const next: TrafficWeights = {
    canary: destination(weight, canaryService, canaryHash),
    stable: destination(stable, stableService, stableHash),
    ...(others.length === 0 ? {} : { additional: [...others] }),
  };
  const before = pass.stored.canary?.weights;
  if (before !== undefined && sameJson(withoutVerdict(before), next)) return;
  pass.changes.event('TrafficWeightUpdated', `Traffic weight updated ${changeText(before, next)}`);
  pass.weights = next;
}

function withoutVerdict({ verified: _verdict, ...weights }: TrafficWeights): TrafficWeights {
  return weights;
}

function destination(weight: number, serviceName = '', podTemplateHash = ''): WeightDestination {
  return {
    weight,
    ...(serviceName === '' ? {} : { serviceName }),
    ...(podTemplateHash === '' ? {} : { podTemplateHash }),
  };
}

function changeText(before: TrafficWeights | undefined, { canary, additional = [] }: TrafficWeights): string {
  const moved =
    before === undefined
      ? [`to ${canary.weight}`]
      : before.canary.weight === canary.weight
        ? []
        : [`from ${before.canary.weight} to ${canary.weight}`];
  const others = additional.map((other) =>
    [other.weight, other.serviceName ?? '', other.podTemplateHash ?? ''].join(' '),
  );
  const added =
    before !== undefined && !sameJson(before.additional ?? [], additional)
      ? [`additional: [${others.map((text) => `{${text}}`).join(' ')}]`]
      : [];
  return [...moved, ...added].join(', ');
}
