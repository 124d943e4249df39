/** Where an Experiment stands in its course, by what is stored: for how long it runs, whether it ends. strategies §4.2. */
import { durationOrUndefined } from '../duration.ts';
import { isCompleted, type Experiment } from '../resources/argo.ts';
import { parseTimestamp, type Instant, type Millis } from '../time.ts';
import { statusOf, type ExperimentTemplate } from './snapshot.ts';

const ENDED: ReadonlySet<string> = new Set(['Successful', 'Failed', 'Error']);

export function isTemplateCompleted(status: string | undefined): boolean {
  return status !== undefined && ENDED.has(status);
}

/** Nothing is started any more, and what runs is stopped. */
export function isTerminating({ spec, status = {} }: Experiment): boolean {
  const failed = (phase: string | undefined) => phase === 'Failed' || phase === 'Error';
  return (
    spec.terminate === true ||
    isCompleted(status.phase) ||
    (status.templateStatuses ?? []).some((template) => failed(template.status)) ||
    (status.analysisRuns ?? []).some(({ phase }) => failed(phase) || phase === 'Inconclusive') ||
    requiredAreSuccessful({ spec, status })
  );
}

/** At least one analysis is required, and all of those have succeeded. */
export function requiredAreSuccessful({ spec, status }: Pick<Experiment, 'spec' | 'status'>): boolean {
  const required = (spec.analyses ?? []).filter(({ requiredForCompletion }) => requiredForCompletion === true);
  const successful = ({ name }: { readonly name: string }) =>
    statusOf(status?.analysisRuns, name)?.phase === 'Successful';
  return required.length > 0 && required.every(successful);
}

export function desiredReplicas(experiment: Experiment, template: ExperimentTemplate): number {
  const stored = statusOf(experiment.status?.templateStatuses, template.name)?.status;
  return isTerminating(experiment) || isTemplateCompleted(stored) ? 0 : (template.replicas ?? 1);
}

/** Left of `spec.duration`; undefined: it has none, or does not run yet. */
export function remainingDuration({ spec, status }: Experiment, now: Instant): Millis | undefined {
  const duration = durationOrUndefined(spec.duration);
  const availableAt = parseTimestamp(status?.availableAt);
  return duration === undefined || availableAt === undefined ? undefined : availableAt + duration - now;
}

export function hasPassed(experiment: Experiment, now: Instant): boolean {
  const remaining = remainingDuration(experiment, now);
  return remaining !== undefined && remaining <= 0;
}
