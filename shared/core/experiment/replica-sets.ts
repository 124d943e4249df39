/** The ReplicaSet and the Service of an Experiment's template. strategies §4.2 (1), (2). */
import { ARGO_API_VERSION, type Experiment } from '../resources/argo.ts';
import { EXPERIMENT_NAME, EXPERIMENT_TEMPLATE, POD_TEMPLATE_HASH } from '../resources/keys.ts';
import {
  isControlledBy,
  type NewObject,
  type OwnerReference,
  type PodTemplate,
  type ReplicaSet,
  type Service,
} from '../resources/kubernetes.ts';
import { podTemplateHash } from '../rollout/hash.ts';
import { replicaSetName, type ExperimentTemplate } from './snapshot.ts';

export function controllerReference({ metadata: { name, uid } }: Experiment): OwnerReference {
  return { apiVersion: ARGO_API_VERSION, kind: 'Experiment', name, uid, controller: true, blockOwnerDeletion: true };
}

function annotationsOf({ metadata }: Experiment, template: ExperimentTemplate): Record<string, string> {
  return { [EXPERIMENT_NAME]: metadata.name, [EXPERIMENT_TEMPLATE]: template.name };
}

/** The one that carries the template's name, and is the Experiment's. */
export function findReplicaSet(
  experiment: Experiment,
  template: ExperimentTemplate,
  replicaSets: readonly ReplicaSet[],
): ReplicaSet | undefined {
  return replicaSets.find((replicaSet) => {
    const annotations = replicaSet.metadata.annotations ?? {};
    const named = annotations[EXPERIMENT_NAME] === experiment.metadata.name;
    return named && annotations[EXPERIMENT_TEMPLATE] === template.name && isControlledBy(replicaSet, experiment);
  });
}

/** Without pods; the template's own label for the hash does not count. */
export function newReplicaSet(
  experiment: Experiment,
  template: ExperimentTemplate,
  collisions: number | undefined,
): NewObject<ReplicaSet> {
  const { [POD_TEMPLATE_HASH]: origin, ...labels } = template.template.metadata?.labels ?? {};
  const bare = { ...template.template, metadata: { ...template.template.metadata, labels } };
  const hash = hashApartFrom(origin, bare, collisions);
  const { matchLabels, ...selector } = template.selector;
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: replicaSetName(experiment, template, collisions),
      namespace: experiment.metadata.namespace,
      labels: { [POD_TEMPLATE_HASH]: hash },
      annotations: annotationsOf(experiment, template),
      ownerReferences: [controllerReference(experiment)],
    },
    spec: {
      replicas: 0,
      minReadySeconds: template.minReadySeconds ?? 0,
      selector: { ...selector, matchLabels: { ...matchLabels, [POD_TEMPLATE_HASH]: hash } },
      template: { ...bare, metadata: { ...bare.metadata, labels: { ...labels, [POD_TEMPLATE_HASH]: hash } } },
    },
  };
}

/** Services that select the version it was copied from must not select its pods. */
function hashApartFrom(origin: string | undefined, template: PodTemplate, collisions: number | undefined): string {
  const hash = podTemplateHash(template, collisions);
  return hash === origin ? podTemplateHash(template, (collisions ?? 0) + 1) : hash;
}

/** One port per declared container port; undefined: the template declares none. */
export function newService(
  experiment: Experiment,
  template: ExperimentTemplate,
  replicaSet: ReplicaSet,
  name: string,
): NewObject<Service> | undefined {
  const containers = replicaSet.spec?.template?.spec?.containers ?? [];
  const ports = containers.flatMap((container) =>
    (container.ports ?? []).map(({ name: portName, containerPort, protocol }) => ({
      ...(portName === undefined ? {} : { name: portName }),
      port: containerPort,
      targetPort: containerPort,
      ...(protocol === undefined ? {} : { protocol }),
    })),
  );
  if (ports.length === 0) return undefined;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name,
      namespace: experiment.metadata.namespace,
      annotations: annotationsOf(experiment, template),
      ownerReferences: [controllerReference(experiment)],
    },
    spec: { selector: { ...replicaSet.metadata.labels }, ports },
  };
}
