/**
 * Before anything else of a pass, the conditions say that the Rollout is paused, resumed or retried, so that the time of a
 * pause is never taken for a lack of progress. engine §7.4.
 */
import type { Decision } from '../decision.ts';
import type { RolloutStatus } from '../resources/argo.ts';
import { findCondition, isTrue, setCondition, type NewCondition } from './conditions.ts';
import { finishCarried } from './finish.ts';
import type { Pass } from './pass.ts';
import { isPaused } from './pause.ts';
import { isCompleted } from './progress.ts';

/** Argo rollout/sync.go checkPausedConditions: also of a generation that is seen for the first time. undefined: nothing to say. */
export function notePause(pass: Pass): Decision<RolloutStatus> | undefined {
  const { stored, now } = pass;
  const news = [...progressNews(pass), ...pausedNews(pass)];
  if (news.length === 0) return undefined;
  const conditions = news.reduce(
    (list, condition) => setCondition(list, condition, now).conditions,
    stored.conditions ?? [],
  );
  return finishCarried(pass, { conditions }, false);
}

function progressNews({ rollout, stored }: Pass): readonly NewCondition[] {
  const reason = findCondition(stored.conditions, 'Progressing')?.reason;
  if (reason === 'RolloutAborted') {
    return stored.abort === true ? [] : [unknown('RolloutRetry', 'Retrying Rollout after abort')];
  }
  const paused = isPaused(rollout);
  if (paused === (reason === 'RolloutPaused') || isCompleted(stored)) return [];
  return [paused ? unknown('RolloutPaused', 'Rollout is paused') : unknown('RolloutResumed', 'Rollout is resumed')];
}

function unknown(reason: string, message: string): NewCondition {
  return { type: 'Progressing', status: 'Unknown', reason, message };
}

function pausedNews({ rollout, stored }: Pass): readonly NewCondition[] {
  const aborted = findCondition(stored.conditions, 'Progressing')?.reason === 'RolloutAborted';
  const paused = isPaused(rollout);
  if (aborted || paused === isTrue(stored.conditions, 'Paused')) return [];
  const text = { reason: 'RolloutPaused', message: 'Rollout is paused' };
  return [{ type: 'Paused', status: paused ? 'True' : 'False', ...text }];
}
