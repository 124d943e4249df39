/** Label and annotation keys that Argo Rollouts and its tools read. rollout-engine.md §1.2. */
export const POD_TEMPLATE_HASH = 'rollouts-pod-template-hash';
export const INSTANCE_ID = 'argo-rollouts.argoproj.io/controller-instance-id';
export const ROLLOUT_TYPE = 'rollout-type';
export const STEP_INDEX = 'step-index';

export const REVISION = 'rollout.argoproj.io/revision';
export const REVISION_HISTORY = 'rollout.argoproj.io/revision-history';
export const DESIRED_REPLICAS = 'rollout.argoproj.io/desired-replicas';
export const WORKLOAD_GENERATION = 'rollout.argoproj.io/workload-generation';
export const EPHEMERAL_METADATA = 'rollout.argoproj.io/ephemeral-metadata';
export const SCALE_DOWN_DEADLINE = 'scale-down-deadline';
export const MANAGED_BY = 'argo-rollouts.argoproj.io/managed-by-rollouts';
export const NOTIFIED = 'notified.notifications.argoproj.io';
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
export const MANAGED_ALB_ANNOTATIONS = 'rollouts.argoproj.io/managed-alb-annotations';
export const EXPERIMENT_NAME = 'experiment.argoproj.io/name';
export const EXPERIMENT_TEMPLATE = 'experiment.argoproj.io/template-name';
