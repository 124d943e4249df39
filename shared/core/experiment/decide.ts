/** What to do about an Experiment: the order of one pass. strategies §4.2, §4.3. */
import { NOTHING_TO_DO, type Decision } from '../decision.ts';
import { isCompleted, type Experiment, type ExperimentStatus, type RolloutCondition } from '../resources/argo.ts';
import { Changes } from '../rollout/changes.ts';
import { removeCondition, setCondition, replaceCondition } from '../rollout/conditions.ts';
import { sameJson } from '../rollout/same-json.ts';
import { formatTimestamp, parseTimestamp, SECOND, type Instant } from '../time.ts';
import { reconcileAnalysis } from './analyses.ts';
import { hasPassed, isTerminating, remainingDuration } from './course.ts';
import { phaseOf, worstTemplate } from './phase.ts';
import type { ExperimentSnapshot } from './snapshot.ts';
import { progressDeadline, reconcileTemplate } from './templates.ts';
import { experimentProblem } from './validate.ts';

/** A function of the snapshot alone; what it writes is seen by the next pass. */
export function decideExperiment(snapshot: ExperimentSnapshot): Decision<ExperimentStatus> {
  const { experiment } = snapshot;
  if (experiment.metadata.deletionTimestamp !== undefined) return NOTHING_TO_DO;
  const problem = experimentProblem(experiment);
  if (problem !== undefined) return refused(snapshot, problem);
  const changes = new Changes();
  const status = nextStatus(snapshot, changes);
  announce(experiment, status, changes);
  askForLooks({ ...experiment, status }, snapshot.now, changes);
  return decided(changes, experiment, status);
}

function decided(changes: Changes, { status = {} }: Experiment, next: ExperimentStatus): Decision<ExperimentStatus> {
  const { actions, events, requeueAfter } = changes.decision();
  return {
    actions,
    events,
    ...(sameJson(status, next) ? {} : { status: next }),
    ...(requeueAfter === undefined ? {} : { requeueAfter }),
  };
}

/** Nothing else is done about one that cannot be understood. */
function refused({ experiment, now }: ExperimentSnapshot, message: string): Decision<ExperimentStatus> {
  const stored = experiment.status ?? {};
  const condition = { type: 'InvalidSpec', status: 'True', reason: 'InvalidSpec', message } as const;
  const known = (stored.conditions ?? []) as RolloutCondition[];
  const told = known.some((each) => each.type === 'InvalidSpec' && each.message === message);
  const conditions = told ? known : replaceCondition(known, condition, now);
  return decided(new Changes(), experiment, { ...stored, conditions });
}

function nextStatus(snapshot: ExperimentSnapshot, changes: Changes): ExperimentStatus {
  const { experiment, now } = snapshot;
  const { templates, analyses = [] } = experiment.spec;
  const templateStatuses = templates.map((template) => reconcileTemplate(template, snapshot, changes));
  const analysisRuns = analyses.flatMap((analysis) => reconcileAnalysis(analysis, snapshot, changes) ?? []);
  const draft: ExperimentStatus = {
    ...experiment.status,
    ...(templateStatuses.length === 0 ? {} : { templateStatuses }),
    ...(analysisRuns.length === 0 ? {} : { analysisRuns }),
  };
  const { message: _before, ...rest } = draft;
  const { phase, message } = phaseOf(experiment, draft);
  const judged = { ...rest, phase, ...(message === '' ? {} : { message }), ...availability(draft, now) };
  const conditions = conditionsOf(experiment, judged, now);
  return { ...judged, ...(conditions.length === 0 ? {} : { conditions }) };
}

/** Since when all of its pods run. */
function availability(draft: ExperimentStatus, now: Instant): Pick<ExperimentStatus, 'availableAt'> {
  const begun = draft.phase === 'Pending' || draft.phase === 'Running';
  if (draft.availableAt !== undefined || !begun || worstTemplate(draft).status !== 'Running') return {};
  return { availableAt: formatTimestamp(now) };
}

function conditionsOf(experiment: Experiment, status: ExperimentStatus, now: Instant): RolloutCondition[] {
  const known = removeCondition(status.conditions ?? [], 'InvalidSpec');
  const name = JSON.stringify(experiment.metadata.name);
  const progressing = (value: 'True' | 'False', reason: string, message: string) =>
    ({ type: 'Progressing', status: value, reason, message }) as const;
  if (status.phase === 'Successful') {
    const message = `Experiment ${name} has successfully ran and completed.`;
    return setCondition(known, progressing('False', 'ExperimentCompleted', message), now).conditions;
  }
  if (isCompleted(status.phase)) return known;
  if (counted(experiment.status) !== counted(status)) {
    const message = `Experiment ${name} is progressing.`;
    return replaceCondition(known, progressing('True', 'ReplicaSetUpdated', message), now);
  }
  if (status.availableAt === undefined || hasPassed({ ...experiment, status }, now)) return known;
  const message = `Experiment ${name} is running.`;
  return setCondition(known, progressing('True', 'NewReplicaSetAvailable', message), now).conditions;
}

function counted(status: ExperimentStatus | undefined): string {
  const counters = (status?.templateStatuses ?? []).map((each) => [
    each.name,
    each.replicas,
    each.updatedReplicas,
    each.readyReplicas,
    each.availableReplicas,
  ]);
  return JSON.stringify(counters.filter(([, ...numbers]) => numbers.some((number) => number !== 0)));
}

function announce({ status: before }: Experiment, { phase = '' }: ExperimentStatus, changes: Changes): void {
  if (phase === (before?.phase ?? '')) return;
  const bad = phase === 'Error' || phase === 'Failed' || phase === 'Inconclusive';
  const text = `Experiment transitioned from ${before?.phase ?? ''} -> ${phase}`;
  changes.event(`Experiment${phase}`, text, bad ? 'Warning' : 'Normal');
}

/** At the end of its duration, and when a template's deadline passes. Ends that are due now are seen at once. */
function askForLooks(experiment: Experiment, now: Instant, changes: Changes): void {
  const { spec, status } = experiment;
  if (isTerminating(experiment)) return;
  const remaining = remainingDuration(experiment, now);
  if (remaining !== undefined && remaining > 0) changes.requeue(remaining);
  for (const template of status?.templateStatuses ?? []) {
    const wanted = spec.templates?.find(({ name }) => name === template.name)?.replicas ?? 1;
    const since = parseTimestamp(template.lastTransitionTime);
    if (template.availableReplicas === wanted || since === undefined) continue;
    changes.requeue(since + progressDeadline(experiment) * SECOND + SECOND - now);
  }
}
