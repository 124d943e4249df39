/** Whether load balancers have taken the weights over. strategies §3.2 "verified". */
import type { Rollout } from '../../resources/argo.ts';
import { SECOND, type Millis } from '../../time.ts';
import type { Routes, TrafficRouter } from '../../traffic-routing/router.ts';
import { isFullyPromoted, type Pass } from '../pass.ts';
import { currentStep, currentStepIndex, stepsOf } from './current-step.ts';

const LOOK_AGAIN: Millis = 10 * SECOND;

/** Load balancers are asked when a weight waits for them, and once to know what they are called. */
export function asksLoadBalancers({ spec, status = {} }: Rollout): boolean {
  const { steps = [], trafficRouting } = spec.strategy?.canary ?? {};
  if (trafficRouting?.alb === undefined) return false;
  if (status.alb === undefined && status.albs === undefined) return true;
  const index = status.currentStepIndex ?? 0;
  const waits = steps[index]?.setWeight !== undefined || index >= steps.length;
  return (status.stableRS ?? '') !== '' && !isFullyPromoted(status) && waits;
}

/** @returns false: nothing more may happen in this pass, or stable would lose pods that still get traffic */
export function verifyTraffic(pass: Pass, routers: readonly TrafficRouter[], routes: Routes): boolean {
  const seen = waitsForWeight(pass, routes) || pass.albs.length === 0 ? pass.snapshot.loadBalancers : undefined;
  const answers = routers.flatMap((router) => router.verify?.(pass.rollout, routes, seen) ?? []);
  if (answers.length === 0 || pass.weights === undefined) return true;
  const verified = answers.every((answer) => answer.verified);
  pass.weights = { ...pass.weights, verified };
  pass.albs =
    answers.flatMap(({ statuses }) => statuses).length === 0 ? pass.albs : answers.flatMap(({ statuses }) => statuses);
  for (const { type, reason, message } of answers.flatMap(({ events }) => events)) {
    pass.changes.event(reason, message, type);
  }
  if (verified || !waitsForWeight(pass, routes)) return true;
  pass.changes.requeue(LOOK_AGAIN);
  const couldNotAsk = answers.some(({ failed }) => failed);
  const atEnd = routes.weight === routes.maxWeight && currentStepIndex(pass) <= stepsOf(pass).length;
  return couldNotAsk || !atEnd;
}

/** At a setWeight step in the middle of an update, or at its end. */
function waitsForWeight(pass: Pass, { weight, maxWeight }: Routes): boolean {
  const updating = (pass.stored.stableRS ?? '') !== '' && !isFullyPromoted(pass.stored);
  return updating && (currentStep(pass)?.setWeight !== undefined || weight === maxWeight);
}
