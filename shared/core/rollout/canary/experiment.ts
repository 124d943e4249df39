/** The experiment step of a canary: which Experiment runs, which stop, which are forgotten. strategies §2.9. */
import { runsToDelete } from '../../analysis/history-limits.ts';
import { isCompleted, type Experiment } from '../../resources/argo.ts';
import { isControlledBy } from '../../resources/kubernetes.ts';
import { isAborted, type Pass } from '../pass.ts';
import { hasPause } from '../pause.ts';
import { sameJson } from '../same-json.ts';
import { currentStep } from './current-step.ts';
import { newExperiment, type NewExperiment } from './new-experiment.ts';

export function reconcileExperiments(pass: Pass): void {
  const owned = (pass.snapshot.experiments ?? []).filter((each) => isControlledBy(each, pass.rollout));
  if (isAborted(pass) || pass.stored.promoteFull === true) {
    for (const experiment of owned) terminate(pass, experiment, 'the update ends without it');
    pass.experiment = undefined;
    return;
  }
  if (hasPause(pass.stored, 'InconclusiveAnalysisRun')) return;
  const current = currentExperiment(pass);
  pass.experiment = current === undefined ? undefined : heeded(pass, current);
  const others = owned.filter(({ metadata }) => metadata.name !== current?.metadata.name);
  for (const experiment of others) terminate(pass, experiment, 'it is not the current step’s');
  forget(pass, others);
}

function terminate({ changes }: Pass, experiment: Experiment, because: string): void {
  if (experiment.spec.terminate === true || isCompleted(experiment.status?.phase)) return;
  const ended = (current: Experiment): Experiment => ({ ...current, spec: { ...current.spec, terminate: true } });
  changes.edit(experiment, ended, because);
}

function currentExperiment(pass: Pass): Experiment | undefined {
  const step = currentStep(pass)?.experiment;
  if (step === undefined) return undefined;
  if (pass.experiment !== undefined) return pass.experiment;
  if (pass.sets.stable === undefined) return undefined;
  const wanted = newExperiment(pass, step);
  return wanted === undefined ? undefined : created(pass, wanted);
}

/** An equal one that has not ended was made by an earlier pass; other names that are taken are passed over. */
function created(pass: Pass, wanted: NewExperiment): Experiment {
  const existing = new Map((pass.snapshot.experiments ?? []).map((each) => [each.metadata.name, each]));
  for (let attempt = 0; ; attempt += 1) {
    const name = attempt === 0 ? wanted.metadata.name : `${wanted.metadata.name}-${attempt}`;
    const taken = existing.get(name);
    if (taken !== undefined && isSame(pass, taken, wanted)) return taken;
    if (taken !== undefined) continue;
    const experiment = { ...wanted, metadata: { ...wanted.metadata, name } };
    pass.changes.create(experiment, 'the current step is an experiment');
    pass.changes.event('ExperimentCreated', `Created Experiment '${name}'`);
    return { ...experiment, metadata: { ...experiment.metadata, uid: '' } };
  }
}

function isSame({ rollout }: Pass, existing: Experiment, wanted: NewExperiment): boolean {
  const { terminate: _ends, ...spec } = existing.spec;
  return isControlledBy(existing, rollout) && !isCompleted(existing.status?.phase) && sameJson(spec, wanted.spec);
}

/** One that succeeded completes the step and is not kept. */
function heeded(pass: Pass, experiment: Experiment): Experiment {
  const { phase, message = '' } = experiment.status ?? {};
  if (phase === 'Inconclusive') pass.pause.add('InconclusiveExperiment');
  if (phase === 'Failed' || phase === 'Error') {
    const text = 'Experiment analysis phase is error/failed';
    pass.pause.abort(message === '' ? text : `${text}: ${message}`);
  }
  return experiment;
}

function forget(pass: Pass, others: readonly Experiment[]): void {
  const { successfulRunHistoryLimit, unsuccessfulRunHistoryLimit } = pass.rollout.spec.analysis ?? {};
  const surplus = runsToDelete({
    runs: others,
    replicaSets: pass.sets.all,
    successfulLimit: successfulRunHistoryLimit,
    unsuccessfulLimit: unsuccessfulRunHistoryLimit,
  });
  for (const experiment of surplus) pass.changes.delete(experiment, 'beyond the limits of spec.analysis');
}
