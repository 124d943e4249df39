/** The analyses of an Experiment: which run, which end, what they say. strategies §4.2. */
import { collectTemplates, type TemplateLookup } from '../analysis/collect-templates.ts';
import { chooseRun, runOfExperiment } from '../analysis/create-run.ts';
import { experimentArguments, type ExperimentReplicaSet } from '../analysis/experiment-arguments.ts';
import { mergeTemplates } from '../analysis/merge-templates.ts';
import { InvalidSpecError } from '../errors.ts';
import { isCompleted, type AnalysisRun } from '../resources/argo.ts';
import { POD_TEMPLATE_HASH } from '../resources/keys.ts';
import type { Changes } from '../rollout/changes.ts';
import { isTerminating } from './course.ts';
import { findReplicaSet } from './replica-sets.ts';
import { statusOf, type AnalysisStatus, type ExperimentAnalysis, type ExperimentSnapshot } from './snapshot.ts';

/** undefined: nothing is to be said of it yet. */
export function reconcileAnalysis(
  analysis: ExperimentAnalysis,
  snapshot: ExperimentSnapshot,
  changes: Changes,
): AnalysisStatus | undefined {
  const known = statusOf(snapshot.experiment.status?.analysisRuns, analysis.name);
  const after = step(analysis, known, snapshot, changes);
  if (after !== undefined) announce(known, after, changes);
  return after;
}

function step(
  analysis: ExperimentAnalysis,
  known: AnalysisStatus | undefined,
  snapshot: ExperimentSnapshot,
  changes: Changes,
): AnalysisStatus | undefined {
  const { experiment } = snapshot;
  if (known !== undefined && known.analysisRun === '' && isCompleted(known.phase)) return known;
  if (experiment.status?.availableAt === undefined) return verified(analysis, snapshot) ?? known;
  if ((known?.analysisRun ?? '') === '') {
    return isTerminating(experiment) ? known : started(analysis, snapshot, changes);
  }
  return followed(known as AnalysisStatus, snapshot, changes);
}

function failed({ name }: ExperimentAnalysis, message: string): AnalysisStatus {
  return { name, analysisRun: '', phase: 'Error', message };
}

/** Before the pods are there, only whether the template exists. */
function verified(analysis: ExperimentAnalysis, snapshot: ExperimentSnapshot): AnalysisStatus | undefined {
  const { name, templateName, clusterScope } = analysis;
  const templates = clusterScope === true ? snapshot.clusterAnalysisTemplates : snapshot.analysisTemplates;
  if (templates.some(({ metadata }) => metadata.name === templateName)) return undefined;
  const kind = clusterScope === true ? 'ClusterAnalysisTemplate' : 'AnalysisTemplate';
  const plural = `${kind.toLowerCase()}s.argoproj.io`;
  const text = `${plural} ${JSON.stringify(templateName)} not found`;
  return failed(analysis, `${kind} verification failed for analysis '${name}': ${text}`);
}

function started(analysis: ExperimentAnalysis, snapshot: ExperimentSnapshot, changes: Changes): AnalysisStatus {
  const { experiment } = snapshot;
  try {
    const { dryRun = [], measurementRetention = [], analysisRunMetadata } = experiment.spec;
    const args = experimentArguments(analysis.args ?? [], experiment, replicaSetsOf(snapshot));
    const { templateName, clusterScope = false } = analysis;
    const templates = collectTemplates([{ templateName, clusterScope }], lookupIn(snapshot));
    const spec = mergeTemplates(templates, { args, dryRun, measurementRetention });
    const request = { experiment, analysis: analysis.name, metadata: analysisRunMetadata, spec };
    const choice = chooseRun(runOfExperiment(request), snapshot.analysisRuns);
    if (choice.state === 'create') changes.create(choice.run, `analysis ${analysis.name} of the Experiment`);
    return { name: analysis.name, analysisRun: choice.run.metadata.name, phase: 'Pending' };
  } catch (error) {
    if (!(error instanceof InvalidSpecError)) throw error;
    return failed(analysis, `Failed to create AnalysisRun for analysis '${analysis.name}': ${error.message}`);
  }
}

function lookupIn({ analysisTemplates, clusterAnalysisTemplates }: ExperimentSnapshot): TemplateLookup {
  return {
    templates: new Map(analysisTemplates.map((template) => [template.metadata.name, template])),
    clusterTemplates: new Map(clusterAnalysisTemplates.map((template) => [template.metadata.name, template])),
  };
}

function replicaSetsOf({ experiment, replicaSets }: ExperimentSnapshot): ReadonlyMap<string, ExperimentReplicaSet> {
  const found = (experiment.spec.templates ?? []).flatMap((template) => {
    const replicaSet = findReplicaSet(experiment, template, replicaSets);
    if (replicaSet === undefined) return [];
    const { name, labels } = replicaSet.metadata;
    return [[template.name, { name, podTemplateHash: labels?.[POD_TEMPLATE_HASH] ?? '' }] as const];
  });
  return new Map(found);
}

/** Mirrors the run, and stops it when the Experiment ends. */
function followed(known: AnalysisStatus, snapshot: ExperimentSnapshot, changes: Changes): AnalysisStatus {
  const run = snapshot.analysisRuns.find(({ metadata }) => metadata.name === known.analysisRun);
  if (run === undefined) {
    if (isCompleted(known.phase)) return known;
    const message = `analysisruns.argoproj.io ${JSON.stringify(known.analysisRun)} not found`;
    return { ...known, phase: 'Error', message };
  }
  if (isTerminating(snapshot.experiment)) stop(run, changes);
  const { phase = 'Pending', message = '' } = run.status ?? {};
  const { name, analysisRun } = known;
  return { name, analysisRun, phase, ...(message === '' ? {} : { message }) };
}

function stop(run: AnalysisRun, changes: Changes): void {
  if (isCompleted(run.status?.phase) || run.spec.terminate === true) return;
  const stopped = (current: AnalysisRun) => ({ ...current, spec: { ...current.spec, terminate: true } });
  changes.edit(run, stopped, 'the Experiment ends');
}

/** Told on the Rollout too: that is where people look. */
function announce(before: AnalysisStatus | undefined, after: AnalysisStatus, changes: Changes): void {
  const { name, phase, message = '' } = after;
  if (phase === (before?.phase ?? '')) return;
  const detail = message === '' ? '' : `: ${message}`;
  const bad = phase === 'Failed' || phase === 'Error' || phase === 'Inconclusive';
  const text = `AnalysisRun '${name}' transitioned from ${before?.phase ?? ''} -> ${phase}${detail}`;
  changes.eventOnOwnerToo(`AnalysisRun${phase}`, text, bad ? 'Warning' : 'Normal');
}
