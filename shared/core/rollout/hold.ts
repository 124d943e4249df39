/**
 * `weir.dev/on-provider-error: hold`: while metrics do not answer, no step is completed and nothing is promoted. Aborts and
 * full promotions are people's, and work as ever. decisions 009.
 */
import { unanswered } from '../analysis/provider-errors.ts';
import type { RolloutCondition } from '../resources/argo.ts';
import { SECOND, type Millis } from '../time.ts';
import { skipsAnalysis } from './analysis-runs.ts';
import { removeCondition, setCondition } from './conditions.ts';
import { RUN_KINDS } from './current-runs.ts';
import { heldMessage } from './held-condition.ts';
import { templateChanged, type Pass } from './pass.ts';

/** A run that answers again wakes its Rollout; this is for a wake that got lost. */
const LOOK_AGAIN: Millis = 15 * SECOND;

/** Why the Rollout takes no step; undefined: it may. Asked of the current runs alone: what they find still matters. */
export function heldBy(pass: Pass): string | undefined {
  if (!mattersHere(pass)) return undefined;
  for (const kind of RUN_KINDS) {
    const run = pass.runs[kind];
    const silent = run && unanswered(run);
    if (silent !== undefined) return `metric "${silent.metric}" of ${silent.run} does not answer: ${silent.message}`;
  }
  return undefined;
}

/** Metrics of a version that is given up, or promoted whatever they say, hold nothing. */
function mattersHere(pass: Pass): boolean {
  return !templateChanged(pass) && !skipsAnalysis(pass);
}

export function isHeld(pass: Pass): boolean {
  return heldBy(pass) !== undefined;
}

/** It was held until this pass: the time of an outage is no lack of progress. */
export function isReleased(pass: Pass): boolean {
  return heldMessage(pass.stored) !== undefined && !isHeld(pass);
}

/** The condition is there exactly while it holds, and is announced once per outage. */
export function withHeld(pass: Pass, conditions: RolloutCondition[]): RolloutCondition[] {
  const message = heldBy(pass);
  if (message === undefined) {
    if (isReleased(pass) && mattersHere(pass)) pass.changes.event('RolloutResumed', 'Metrics answer again');
    return removeCondition(conditions, 'Held');
  }
  pass.changes.requeue(LOOK_AGAIN);
  const condition = { type: 'Held', status: 'True', reason: 'MetricsDoNotAnswer', message } as const;
  const next = setCondition(conditions, condition, pass.now);
  if (next.changed) pass.changes.event('RolloutHeld', `Rollout is held: ${message}`, 'Warning');
  return next.conditions;
}
