/** Analysis before and after the switch of the active Service. strategies §1.7. */
import type { AnalysisRun } from '../../resources/argo.ts';
import {
  announceRuns,
  cancelAllRuns,
  cancelRun,
  ensureRun,
  settleRuns,
  skipsAnalysis,
  type RolloutAnalysis,
} from '../analysis-runs.ts';
import type { CurrentRuns, RunKind } from '../current-runs.ts';
import { newestHash, type Pass } from '../pass.ts';
import { hasPause } from '../pause.ts';
import { availableOf, isSaturated, sizeOf } from '../replica-sets.ts';
import { strategyOf } from './settings.ts';

type Kind = Extract<RunKind, 'PrePromotion' | 'PostPromotion'>;

/** Runs that are stopped because none is wanted stay in the status. */
export function reconcileBlueGreenRuns(pass: Pass): void {
  if (skipsAnalysis(pass)) {
    cancelAllRuns(pass, 'no analysis is wanted now');
    return announceRuns(pass);
  }
  const { prePromotionAnalysis, postPromotionAnalysis } = strategyOf(pass);
  const pre = reconcileRun(pass, 'PrePromotion', prePromotionAnalysis, {
    applies: appliesPrePromotion(pass),
    mayStart: mayStartPrePromotion(pass),
  });
  const post = reconcileRun(pass, 'PostPromotion', postPromotionAnalysis, {
    applies: appliesPostPromotion(pass),
    mayStart: pass.targetsVerified && isSaturated(pass.sets.newest, pass.replicas),
  });
  settleRuns(pass, { ...defined('PrePromotion', pre), ...defined('PostPromotion', post) });
}

interface When {
  readonly applies: boolean;
  readonly mayStart: boolean;
}

function reconcileRun(
  pass: Pass,
  kind: Kind,
  analysis: RolloutAnalysis | undefined,
  { applies, mayStart }: When,
): AnalysisRun | undefined {
  const current = pass.runs[kind];
  if (analysis === undefined) return undefined;
  if (!applies) {
    cancelRun(pass, current, 'it is not the time for this analysis');
    // A retry begins anew: what an earlier try found out after its switch must not end this one after its own.
    return pass.stored.abortedAt === undefined ? current : undefined;
  }
  if (hasPause(pass.stored, 'InconclusiveAnalysisRun')) return current;
  return ensureRun(pass, { type: kind }, analysis, current, mayStart);
}

function defined(kind: Kind, run: AnalysisRun | undefined): CurrentRuns {
  return run === undefined ? {} : { [kind]: run };
}

function appliesPrePromotion(pass: Pass): boolean {
  const active = pass.stored.blueGreen?.activeSelector ?? '';
  return pass.stored.stableRS !== newestHash(pass) && active !== '' && active !== newestHash(pass);
}

/** Stored selectors are asked, so that the run starts one pass after the switch. */
export function appliesPostPromotion(pass: Pass): boolean {
  if (strategyOf(pass).postPromotionAnalysis === undefined) return false;
  const active = pass.stored.blueGreen?.activeSelector ?? '';
  return pass.stored.stableRS !== newestHash(pass) && active !== '' && active === newestHash(pass);
}

function mayStartPrePromotion(pass: Pass): boolean {
  const { previewReplicaCount } = strategyOf(pass);
  const { newest } = pass.sets;
  if (previewReplicaCount === undefined) return isSaturated(newest, pass.replicas);
  return sizeOf(newest) === previewReplicaCount && availableOf(newest) === previewReplicaCount;
}

/** None is configured, or the current one was successful. */
export function isPrePromotionComplete(pass: Pass): boolean {
  const configured = strategyOf(pass).prePromotionAnalysis !== undefined;
  return !configured || pass.runs.PrePromotion?.status?.phase === 'Successful';
}

export function isPostPromotionComplete(pass: Pass): boolean {
  const configured = strategyOf(pass).postPromotionAnalysis !== undefined;
  return !configured || pass.runs.PostPromotion?.status?.phase === 'Successful';
}
