/**
 * A live Rollout as Argo's controller leaves it: the status it writes, and ReplicaSets whose templates the API server has
 * filled in. Their hashes are not the ones that Weir would compute: another version of Argo made them.
 */
import { ARGO_API_VERSION, type CanaryStrategy, type RolloutStatus } from '#core/resources/argo.ts';
import type { NewObject, PodTemplate, ReplicaSet } from '#core/resources/kubernetes.ts';
import { RICH_TEMPLATE, RICH_TEMPLATE_STORED } from '../unit/core/rollout/rich-template.ts';
import { pause, setWeight } from './builders.ts';

export const STABLE_HASH = '6c54544bf5';
export const CANARY_HASH = '7d9f8b6c4d';
/** Its hash is known from the reference: 5bc988b54. */
export const STEPS = [setWeight(20), pause(), setWeight(40), pause(10)];
const STEP_HASH = '5bc988b54';
const LABELS = { app: 'my-app' };
const AT = '2023-12-31T20:00:00Z';

function versioned(template: PodTemplate, version: string): PodTemplate {
  const copy = structuredClone(template);
  copy.metadata = { ...copy.metadata, labels: LABELS };
  for (const container of copy.spec?.containers ?? []) container.env?.unshift({ name: 'VERSION', value: version });
  return copy;
}

/** As its owner wrote it. */
export function writtenTemplate(version: string): PodTemplate {
  return versioned(RICH_TEMPLATE, version);
}

export function argoRollout(version: string, revision: number, canary: Partial<CanaryStrategy> = {}): object {
  return {
    apiVersion: ARGO_API_VERSION,
    kind: 'Rollout',
    metadata: { name: 'my-app', annotations: { 'rollout.argoproj.io/revision': String(revision) } },
    spec: {
      replicas: 5,
      selector: { matchLabels: LABELS },
      template: writtenTemplate(version),
      strategy: { canary: { steps: STEPS, ...canary } },
    },
  };
}

export interface ArgoReplicaSet {
  readonly version: string;
  readonly hash: string;
  readonly revision: number;
  readonly size: number;
  readonly annotations?: Record<string, string>;
  /** What Argo has injected into the template. */
  readonly injected?: (template: PodTemplate) => PodTemplate;
}

export function argoReplicaSet(uid: string, shape: ArgoReplicaSet): NewObject<ReplicaSet> {
  const { version, hash, revision, size, annotations = {}, injected = (template) => template } = shape;
  const labels = { ...LABELS, 'rollouts-pod-template-hash': hash };
  const template = injected(versioned(RICH_TEMPLATE_STORED, version));
  const owner = { apiVersion: ARGO_API_VERSION, kind: 'Rollout', name: 'my-app', uid };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `my-app-${hash}`,
      namespace: 'default',
      labels,
      annotations: {
        'rollout.argoproj.io/desired-replicas': '5',
        'rollout.argoproj.io/revision': String(revision),
        ...annotations,
      },
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
    },
    spec: {
      replicas: size,
      selector: { matchLabels: labels },
      template: {
        ...template,
        metadata: { ...template.metadata, labels: { ...template.metadata?.labels, ...labels } },
      },
    },
  };
}

function condition(type: string, status: string, reason: string, message: string) {
  return { type, status, reason, message, lastUpdateTime: AT, lastTransitionTime: AT };
}

const COMMON = {
  HPAReplicas: 5,
  availableReplicas: 5,
  blueGreen: {},
  canary: {},
  currentStepHash: STEP_HASH,
  observedGeneration: '1',
  readyReplicas: 5,
  replicas: 5,
  selector: 'app=my-app',
  stableRS: STABLE_HASH,
} as const;

export const AT_REST: RolloutStatus = {
  ...COMMON,
  conditions: [
    condition('Available', 'True', 'AvailableReason', 'Rollout has minimum availability'),
    condition('Paused', 'False', 'RolloutPaused', 'Rollout is paused'),
    condition('Healthy', 'True', 'RolloutHealthy', 'Rollout is healthy'),
    condition('Completed', 'True', 'RolloutCompleted', 'RolloutCompleted'),
    condition(
      'Progressing',
      'True',
      'NewReplicaSetAvailable',
      `ReplicaSet "my-app-${STABLE_HASH}" has successfully progressed.`,
    ),
  ],
  currentPodHash: STABLE_HASH,
  currentStepIndex: 4,
  phase: 'Healthy',
  updatedReplicas: 5,
};

export const AT_ITS_PAUSE: RolloutStatus = {
  ...COMMON,
  conditions: [
    condition('Healthy', 'False', 'RolloutHealthy', 'Rollout is not healthy'),
    condition('Completed', 'False', 'RolloutCompleted', 'RolloutCompleted'),
    condition('Available', 'True', 'AvailableReason', 'Rollout has minimum availability'),
    condition('Progressing', 'Unknown', 'RolloutPaused', 'Rollout is paused'),
    condition('Paused', 'True', 'RolloutPaused', 'Rollout is paused'),
  ],
  controllerPause: true,
  currentPodHash: CANARY_HASH,
  currentStepIndex: 1,
  message: 'CanaryPauseStep',
  pauseConditions: [{ reason: 'CanaryPauseStep', startTime: AT }],
  phase: 'Paused',
  updatedReplicas: 1,
};
