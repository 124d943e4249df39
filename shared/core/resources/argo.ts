/** Argo Rollouts' kinds, from the types generated from its Go sources. */
import type { IAnalysisRun } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/AnalysisRun';
import type { IAnalysisTemplate } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/AnalysisTemplate';
import type { IClusterAnalysisTemplate } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/ClusterAnalysisTemplate';
import type { IExperiment } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/Experiment';
import type { IRollout } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/Rollout';
import type { KubernetesObject } from './kubernetes.ts';

export const ARGO_API_VERSION = 'argoproj.io/v1alpha1';

type Full<T> = Omit<T, 'metadata' | 'apiVersion' | 'kind'> & KubernetesObject;

/** `status.duration`, which the generated types do not have yet. rollout-engine.md §16. */
export interface RolloutDuration {
  rolloutStartedAt?: string;
  manualPauseStartedAt?: string;
  totalManualPauseDurationSeconds?: number;
  finishedAt?: string;
  completionStatus?: 'Promoted' | 'FastPromoted' | 'Aborted' | 'Superseded' | 'RolledBack' | 'FastRolledBack';
}

export type Rollout = Omit<Full<IRollout>, 'status'> & {
  status?: NonNullable<IRollout['status']> & { duration?: RolloutDuration };
};
export type AnalysisRun = Full<IAnalysisRun>;
export type AnalysisTemplate = Full<IAnalysisTemplate>;
export type ClusterAnalysisTemplate = Full<IClusterAnalysisTemplate>;
export type Experiment = Full<IExperiment>;

export type RolloutSpec = Rollout['spec'];
export type RolloutStatus = NonNullable<Rollout['status']>;
export type RolloutCondition = NonNullable<RolloutStatus['conditions']>[number];
export type PauseCondition = NonNullable<RolloutStatus['pauseConditions']>[number];
export type CanaryStrategy = NonNullable<NonNullable<RolloutSpec['strategy']>['canary']>;
export type BlueGreenStrategy = NonNullable<NonNullable<RolloutSpec['strategy']>['blueGreen']>;
export type CanaryStep = NonNullable<CanaryStrategy['steps']>[number];
export type TrafficWeights = NonNullable<NonNullable<RolloutStatus['canary']>['weights']>;
export type WeightDestination = TrafficWeights['canary'];
export type ExperimentStatus = NonNullable<Experiment['status']>;

export type AnalysisRunSpec = AnalysisRun['spec'];
export type AnalysisRunStatus = NonNullable<AnalysisRun['status']>;
export type AnalysisTemplateSpec = AnalysisTemplate['spec'];
export type Metric = NonNullable<AnalysisRunSpec['metrics']>[number];
export type Argument = NonNullable<AnalysisRunSpec['args']>[number];
export type DryRunRule = NonNullable<AnalysisRunSpec['dryRun']>[number];
export type RetentionRule = NonNullable<AnalysisRunSpec['measurementRetention']>[number];
export type MetricResult = NonNullable<AnalysisRunStatus['metricResults']>[number];
export type Measurement = NonNullable<MetricResult['measurements']>[number];
export type RunSummary = NonNullable<AnalysisRunStatus['runSummary']>;

/** Phase of a measurement, a metric or a run. The last four are completed and final. */
export type Phase = 'Pending' | 'Running' | 'Successful' | 'Failed' | 'Error' | 'Inconclusive';

export function isCompleted(phase: string | undefined): boolean {
  return phase === 'Successful' || phase === 'Failed' || phase === 'Error' || phase === 'Inconclusive';
}
