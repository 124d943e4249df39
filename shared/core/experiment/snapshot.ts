/** The world as one pass of an Experiment reads it. */
import type {
  AnalysisRun,
  AnalysisTemplate,
  ClusterAnalysisTemplate,
  Experiment,
  ExperimentStatus,
} from '../resources/argo.ts';
import type { ReplicaSet, Service } from '../resources/kubernetes.ts';
import type { Instant } from '../time.ts';

/** Nothing outside this value sways a decision. */
export interface ExperimentSnapshot {
  readonly now: Instant;
  readonly experiment: Experiment;
  /** Those that it controls, and whoever has a name that a new one would take. */
  readonly replicaSets: readonly ReplicaSet[];
  /** Those that have a name that a template's Service would take. */
  readonly services: readonly Service[];
  /** Those that it controls, or that its status names, and whoever has a name that a new one would take. */
  readonly analysisRuns: readonly AnalysisRun[];
  /** Those that it names and that exist, and the ones that they name in turn. */
  readonly analysisTemplates: readonly AnalysisTemplate[];
  readonly clusterAnalysisTemplates: readonly ClusterAnalysisTemplate[];
}

export type ExperimentTemplate = NonNullable<Experiment['spec']['templates']>[number];
export type TemplateStatus = NonNullable<ExperimentStatus['templateStatuses']>[number];
export type ExperimentAnalysis = NonNullable<Experiment['spec']['analyses']>[number];
export type AnalysisStatus = NonNullable<ExperimentStatus['analysisRuns']>[number];

export function replicaSetName({ metadata }: Experiment, template: ExperimentTemplate, collisions = 0): string {
  return [metadata.name, template.name, ...(collisions === 0 ? [] : [collisions])].join('-');
}

/** Of the Service that a template asks for; undefined: it asks for none. */
export function serviceName(template: ExperimentTemplate, replicaSet: string): string | undefined {
  if (template.service === undefined) return undefined;
  const name = template.service.name ?? '';
  return name === '' ? replicaSet : name;
}

export function statusOf<Status extends { readonly name: string }>(
  statuses: readonly Status[] | undefined,
  name: string,
): Status | undefined {
  return statuses?.find((status) => status.name === name);
}
