/** AnalysisRuns of a Rollout: which run, which stop, which are forgotten. engine §12; strategies §1.7, §2.8. */
import { chooseRun, runOfRollout, type NewAnalysisRun, type RunPurpose } from '../analysis/create-run.ts';
import { collectTemplates } from '../analysis/collect-templates.ts';
import { runsToDelete } from '../analysis/history-limits.ts';
import { mergeTemplates } from '../analysis/merge-templates.ts';
import { runAnnotations } from '../analysis/run-annotations.ts';
import { rolloutArguments } from '../analysis/rollout-arguments.ts';
import { InvalidSpecError } from '../errors.ts';
import { isCompleted, type AnalysisRun, type CanaryStrategy } from '../resources/argo.ts';
import { isControlledBy } from '../resources/kubernetes.ts';
import { SECOND } from '../time.ts';
import { recordedRun, RUN_KINDS, type CurrentRuns, type RunKind } from './current-runs.ts';
import { isAborted, isFullyPromoted, newestHash, type Pass } from './pass.ts';
import { hasPause, type PauseReason } from './pause.ts';
import { hashOf } from './replica-sets.ts';
import { isFastRollback } from './rollback.ts';
import { templateLookup } from './template-lookup.ts';

export type RolloutAnalysis = Omit<NonNullable<CanaryStrategy['analysis']>, 'startingStep'>;

/** Runs that the Rollout owns and that are not current. */
export function otherRunsOf({ snapshot, rollout, runs, stored }: Pass): readonly AnalysisRun[] {
  const names = new Set([
    ...RUN_KINDS.map((kind) => runs[kind]?.metadata.name),
    ...RUN_KINDS.map((kind) => recordedRun(stored, kind)?.name),
  ]);
  return snapshot.analysisRuns.filter((run) => isControlledBy(run, rollout) && !names.has(run.metadata.name));
}

/** No analysis is wanted: nothing is being tried out, or the result would not matter any more. engine §12.5. */
export function skipsAnalysis(pass: Pass): boolean {
  const { stored } = pass;
  const nothingToTry = isFullyPromoted(stored) || (stored.stableRS ?? '') === '';
  return nothingToTry || isAborted(pass) || stored.promoteFull === true || isFastRollback(pass);
}

/** Stop every unfinished run, current or not. Past ones are forgotten at rest and by updates, not by an abort. */
export function cancelAllRuns(pass: Pass, because: string): void {
  for (const kind of RUN_KINDS) cancelRun(pass, pass.runs[kind], because);
  for (const run of otherRunsOf(pass)) cancelRun(pass, run, because);
  if (isFullyPromoted(pass.stored)) retireOthers(pass);
}

export function cancelRun({ changes }: Pass, run: AnalysisRun | undefined, because: string): void {
  if (run === undefined || run.spec.terminate === true || isCompleted(run.status?.phase)) return;
  changes.edit(run, (current) => ({ ...current, spec: { ...current.spec, terminate: true } }), because);
}

/** Make these the current runs. */
export function settleRuns(pass: Pass, current: CurrentRuns): void {
  const before = pass.runs;
  pass.runs = current;
  for (const kind of RUN_KINDS) {
    const run = before[kind];
    if (run !== undefined && run.metadata.name !== current[kind]?.metadata.name)
      cancelRun(pass, run, 'no longer current');
  }
  retireOthers(pass);
  announceRuns(pass);
}

/** Those that are not current stop, and beyond the limits they are forgotten. */
function retireOthers(pass: Pass): void {
  const others = otherRunsOf(pass);
  for (const run of others) cancelRun(pass, run, 'no longer current');
  const { successfulRunHistoryLimit, unsuccessfulRunHistoryLimit } = pass.rollout.spec.analysis ?? {};
  const surplus = runsToDelete({
    runs: others,
    replicaSets: pass.sets.all,
    successfulLimit: successfulRunHistoryLimit,
    unsuccessfulLimit: unsuccessfulRunHistoryLimit,
  });
  for (const run of surplus) pass.changes.delete(run, 'beyond the limits of spec.analysis');
}

export function announceRuns({ stored, runs, changes }: Pass): void {
  for (const kind of RUN_KINDS) {
    const run = runs[kind];
    const phase = run?.status?.phase ?? '';
    const known = recordedRun(stored, kind);
    const isNews = known === undefined || (known.name === run?.metadata.name && known.status !== phase);
    if (run === undefined || phase === '' || !isNews) continue;
    const previous = known?.status ?? 'NoPreviousStatus';
    const text = `${kind} Analysis Run '${run.metadata.name}' Status New: '${phase}' Previous: '${previous}'`;
    const bad = phase === 'Failed' || phase === 'Error';
    changes.event(`AnalysisRun${phase}`, text, bad ? 'Warning' : 'Normal');
  }
}

/** A first run, another one after a person resumed from an inconclusive one, or after a retry. engine §12.4. */
function needsNewRun({ stored }: Pass, current: AnalysisRun | undefined): boolean {
  if (current === undefined) return true;
  const ownPause: readonly PauseReason[] = ['CanaryPauseStep', 'BlueGreenPause'];
  if (stored.controllerPause === true && !ownPause.some((reason) => hasPause(stored, reason))) {
    return current.status?.phase === 'Inconclusive';
  }
  return stored.abortedAt !== undefined;
}

/**
 * The current run of a kind, created or adopted when a new one is needed. What a run has found out pauses or aborts the
 * Rollout.
 * @param mayStart false: the pods to be analysed are not there yet; a run that is needed waits for them
 */
export function ensureRun(
  pass: Pass,
  purpose: RunPurpose,
  analysis: RolloutAnalysis,
  current: AnalysisRun | undefined,
  mayStart = true,
): AnalysisRun | undefined {
  if (!needsNewRun(pass, current)) {
    if (current !== undefined) heed(pass, purpose.type, current);
    return current;
  }
  if (!mayStart) return undefined;
  const wanted = plannedRun(pass, purpose, analysis);
  if (wanted === undefined) return undefined;
  const choice = chooseRun(wanted, pass.snapshot.analysisRuns);
  if (choice.state === 'adopt') return choice.run;
  pass.changes.create(choice.run, `${purpose.type} analysis of ${newestHash(pass)}`);
  return { ...choice.run, metadata: { ...choice.run.metadata, uid: '' } };
}

/** undefined: an argument cannot be resolved yet; the pass ends, and it is tried again. */
function plannedRun(pass: Pass, purpose: RunPurpose, analysis: RolloutAnalysis): NewAnalysisRun | undefined {
  const { rollout, snapshot, sets } = pass;
  const podHash = newestHash(pass);
  const sources = { rollout, latestHash: podHash, stableHash: hashOf(sets.stable) };
  const { args, error } = rolloutArguments(analysis.args ?? [], sources);
  if (error !== undefined) return postponed(pass, error);
  try {
    const templates = collectTemplates(analysis.templates ?? [], templateLookup(snapshot));
    const { dryRun = [], measurementRetention = [], analysisRunMetadata } = analysis;
    const spec = mergeTemplates(templates, { args, dryRun, measurementRetention });
    const annotations = runAnnotations(rollout, templates);
    return runOfRollout({ rollout, purpose, podHash, metadata: analysisRunMetadata, annotations, spec });
  } catch (failure) {
    if (failure instanceof InvalidSpecError) return postponed(pass, failure.message);
    throw failure;
  }
}

function postponed(pass: Pass, error: string): undefined {
  const { changes } = pass;
  pass.lacksRun = true;
  changes.event('ReconciliationError', `Reconciliation failed with error: ${error}`, 'Warning');
  changes.requeue(10 * SECOND);
  return undefined;
}

const ABORT_TEXT: Readonly<Record<RunKind, string>> = {
  Step: 'Step-based analysis phase error/failed',
  Background: 'Background analysis phase error/failed',
  PrePromotion: 'Blue/green pre-promotion analysis phase error/failed',
  PostPromotion: 'Blue/green post-promotion analysis phase error/failed',
};

function heed(pass: Pass, kind: RunKind, { status }: AnalysisRun): void {
  if (status?.phase === 'Inconclusive') pass.pause.add('InconclusiveAnalysisRun');
  if (status?.phase !== 'Failed' && status?.phase !== 'Error') return;
  const detail = status.message ?? '';
  pass.pause.abort(detail === '' ? ABORT_TEXT[kind] : `${ABORT_TEXT[kind]}: ${detail}`);
}
