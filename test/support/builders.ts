/** Objects for tests: each shows only what its test is about. */
import type {
  AnalysisRun,
  AnalysisTemplate,
  BlueGreenStrategy,
  CanaryStep,
  CanaryStrategy,
  Metric,
  Rollout,
  RolloutSpec,
  RolloutStatus,
} from '#core/resources/argo.ts';
import { ARGO_API_VERSION } from '#core/resources/argo.ts';
import { DESIRED_REPLICAS, POD_TEMPLATE_HASH, REVISION, SCALE_DOWN_DEADLINE } from '#core/resources/keys.ts';
import type { OwnerReference, Pod, PodTemplate, ReplicaSet, Service } from '#core/resources/kubernetes.ts';
import { formatTimestamp, type Instant } from '#core/time.ts';
import { podTemplateHash, stepHash } from '#core/rollout/hash.ts';

export const NAMESPACE = 'shop';
export const T0: Instant = Date.UTC(2024, 0, 1);

type IntOrString = number | string;

// --- steps -----------------------------------------------------------------------------------------------------------

export function setWeight(weight: number): CanaryStep {
  return { setWeight: weight };
}

/** Without a duration it waits for a person. */
export function pause(duration?: IntOrString): CanaryStep {
  return { pause: duration === undefined ? {} : { duration } };
}

export function analysis(...templateNames: readonly string[]): CanaryStep {
  return { analysis: { templates: templateNames.map((templateName) => ({ templateName })) } };
}

// --- templates -------------------------------------------------------------------------------------------------------

/** A pod template with one container; the image tells versions apart. */
export function aTemplate(version = 'v1', labels: Record<string, string> = { app: 'checkout' }): PodTemplate {
  return { metadata: { labels }, spec: { containers: [{ name: 'app', image: `registry.local/checkout:${version}` }] } };
}

export function hashOfVersion(version: string): string {
  return podTemplateHash(aTemplate(version));
}

// --- Rollout ---------------------------------------------------------------------------------------------------------

/** A Rollout `checkout` of one replica with a canary strategy without steps. Immutable: every method gives a new one. */
export class RolloutBuilder {
  readonly #rollout: Rollout;

  constructor(rollout: Rollout) {
    this.#rollout = rollout;
  }

  build(): Rollout {
    return this.#rollout;
  }

  named(name: string): RolloutBuilder {
    return this.#with({ metadata: { ...this.#rollout.metadata, name, uid: `uid-${name}` } });
  }

  annotated(annotations: Record<string, string>): RolloutBuilder {
    const { metadata } = this.#rollout;
    return this.#with({ metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } } });
  }

  generation(generation: number): RolloutBuilder {
    return this.#with({ metadata: { ...this.#rollout.metadata, generation } });
  }

  revision(revision: number): RolloutBuilder {
    return this.annotated({ [REVISION]: String(revision) });
  }

  spec(part: Partial<RolloutSpec>): RolloutBuilder {
    return this.#with({ spec: { ...this.#rollout.spec, ...part } });
  }

  replicas(replicas: number): RolloutBuilder {
    return this.spec({ replicas });
  }

  version(version: string): RolloutBuilder {
    return this.spec({ template: aTemplate(version) });
  }

  template(template: PodTemplate): RolloutBuilder {
    return this.spec({ template });
  }

  canary(steps?: readonly CanaryStep[], strategy: Partial<CanaryStrategy> = {}): RolloutBuilder {
    return this.spec({ strategy: { canary: { ...strategy, ...(steps === undefined ? {} : { steps: [...steps] }) } } });
  }

  blueGreen(strategy: Partial<BlueGreenStrategy> = {}): RolloutBuilder {
    return this.spec({ strategy: { blueGreen: { activeService: 'active', ...strategy } } });
  }

  status(part: Partial<RolloutStatus>): RolloutBuilder {
    return this.#with({ status: { ...this.#rollout.status, ...part } });
  }

  /** As a finished update leaves it: this version is stable and current. */
  promoted(version = 'v1'): RolloutBuilder {
    const hash = hashOfVersion(version);
    const steps = this.#rollout.spec.strategy?.canary?.steps;
    const blueGreen = this.#rollout.spec.strategy?.blueGreen;
    return this.status({
      stableRS: hash,
      currentPodHash: hash,
      ...(blueGreen === undefined ? { currentStepHash: stepHash(steps) } : { blueGreen: { activeSelector: hash } }),
      ...(steps === undefined ? {} : { currentStepIndex: steps.length }),
      observedGeneration: String(this.#rollout.metadata.generation ?? 0),
      conditions: [aCondition('Progressing', 'True', 'NewReplicaSetAvailable')],
    });
  }

  /** In the middle of an update from one version to another. */
  updating(stable: string, current: string, stepIndex = 0): RolloutBuilder {
    const steps = this.#rollout.spec.strategy?.canary?.steps;
    return this.promoted(stable)
      .version(current)
      .status({
        currentPodHash: hashOfVersion(current),
        ...(steps === undefined ? {} : { currentStepIndex: stepIndex }),
        conditions: [aCondition('Progressing', 'True', 'ReplicaSetUpdated')],
      });
  }

  #with(part: Partial<Rollout>): RolloutBuilder {
    return new RolloutBuilder({ ...this.#rollout, ...part });
  }
}

export function aRollout(name = 'checkout'): RolloutBuilder {
  return new RolloutBuilder({
    apiVersion: ARGO_API_VERSION,
    kind: 'Rollout',
    metadata: {
      name,
      namespace: NAMESPACE,
      uid: `uid-${name}`,
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: formatTimestamp(T0),
    },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'checkout' } },
      template: aTemplate(),
      strategy: { canary: {} },
    },
  });
}

export function aCondition(
  type: string,
  status: string,
  reason: string,
  at: Instant = T0,
  message = reason,
): NonNullable<RolloutStatus['conditions']>[number] {
  const time = formatTimestamp(at);
  return { type, status, reason, message, lastUpdateTime: time, lastTransitionTime: time };
}

// --- what a Rollout owns ---------------------------------------------------------------------------------------------

export function controllerOfRollout(name = 'checkout'): OwnerReference {
  const owner = { apiVersion: ARGO_API_VERSION, kind: 'Rollout', name, uid: `uid-${name}` };
  return { ...owner, controller: true, blockOwnerDeletion: true };
}

export interface ReplicaSetShape {
  readonly version?: string;
  readonly template?: PodTemplate;
  /** Hash label; by default the hash of the template. */
  readonly hash?: string;
  /** `spec.replicas` */
  readonly size?: number;
  /** By default all of `size`. */
  readonly available?: number;
  /** Pods that exist; by default `size`. */
  readonly pods?: number;
  /** R when it was last scaled; by default `size`. */
  readonly desired?: number;
  readonly revision?: number;
  readonly createdAt?: Instant;
  readonly deadline?: Instant;
  readonly annotations?: Record<string, string>;
}

/** The ReplicaSet of one version of `checkout`, owned by it. */
export function aReplicaSet(shape: ReplicaSetShape = {}): ReplicaSet {
  const { version = 'v1', size = 1, available = size, pods = size, desired = size, revision = 1 } = shape;
  const template = shape.template ?? aTemplate(version);
  const hash = shape.hash ?? podTemplateHash(template);
  const labels = { ...template.metadata?.labels, [POD_TEMPLATE_HASH]: hash };
  const deadline = shape.deadline === undefined ? {} : { [SCALE_DOWN_DEADLINE]: formatTimestamp(shape.deadline) };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `checkout-${hash}`,
      namespace: NAMESPACE,
      uid: `uid-rs-${hash}`,
      generation: 1,
      creationTimestamp: formatTimestamp(shape.createdAt ?? T0 + revision * 60_000),
      labels,
      annotations: {
        [REVISION]: String(revision),
        [DESIRED_REPLICAS]: String(desired),
        ...deadline,
        ...shape.annotations,
      },
      ownerReferences: [controllerOfRollout()],
    },
    spec: {
      replicas: size,
      minReadySeconds: 0,
      selector: { matchLabels: { app: 'checkout', [POD_TEMPLATE_HASH]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
    status: { replicas: pods, readyReplicas: available, availableReplicas: available, observedGeneration: 1 },
  };
}

export function aService(name: string, hash?: string, annotations?: Record<string, string>): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name,
      namespace: NAMESPACE,
      uid: `uid-svc-${name}`,
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec: { selector: { app: 'checkout', ...(hash === undefined ? {} : { [POD_TEMPLATE_HASH]: hash }) } },
  };
}

export function aPod(replicaSet: ReplicaSet, name: string, createdAt: Instant = T0): Pod {
  const { apiVersion, kind, metadata } = replicaSet;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: NAMESPACE,
      uid: `uid-pod-${name}`,
      creationTimestamp: formatTimestamp(createdAt),
      labels: { ...replicaSet.spec?.template?.metadata?.labels },
      ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true }],
    },
    status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: formatTimestamp(createdAt) }] },
  };
}

export function aMetric(name = 'success-rate'): Metric {
  return { name, provider: { prometheus: { address: 'http://prometheus:9090', query: 'up' } } };
}

export function anAnalysisTemplate(name: string, metrics: readonly Metric[] = [aMetric()]): AnalysisTemplate {
  return {
    apiVersion: ARGO_API_VERSION,
    kind: 'AnalysisTemplate',
    metadata: { name, namespace: NAMESPACE, uid: `uid-template-${name}` },
    spec: { metrics: [...metrics] },
  };
}

export function anAnalysisRun(name: string, phase?: string, labels: Record<string, string> = {}): AnalysisRun {
  return {
    apiVersion: ARGO_API_VERSION,
    kind: 'AnalysisRun',
    metadata: {
      name,
      namespace: NAMESPACE,
      uid: `uid-run-${name}`,
      labels,
      ownerReferences: [controllerOfRollout()],
      creationTimestamp: formatTimestamp(T0),
    },
    spec: { metrics: [aMetric()] },
    ...(phase === undefined ? {} : { status: { phase } }),
  };
}
