/** Experiments: what is read for one, and whom its changes concern. */
import { decideExperiment } from '#core/experiment/decide.ts';
import { replicaSetName, serviceName, type ExperimentSnapshot } from '#core/experiment/snapshot.ts';
import { ARGO_API_VERSION, type AnalysisRun, type Experiment, type ExperimentStatus } from '#core/resources/argo.ts';
import { POD_TEMPLATE_HASH } from '#core/resources/keys.ts';
import {
  controllerOf,
  isControlledBy,
  type KubernetesObject,
  type ReplicaSet,
  type Service,
} from '#core/resources/kubernetes.ts';
import type { Cluster, ObjectKey, Ports, Site } from '../ports.ts';
import type { Controller } from './reconcile.ts';
import { readTemplates } from './template-reads.ts';

export const experimentController: Controller<ExperimentSnapshot, ExperimentStatus> = {
  kind: 'Experiment',
  decidesIn,
  observe,
  objectOf: ({ experiment }) => experiment,
  decide: decideExperiment,
  // What an Experiment did is told by the Rollout that made it, and by the runs that it made.
  compare: () => undefined,
  wakes,
  continues: ({ actions, status }) => actions.length > 0 || status !== undefined,
  waits: (saved) => ['Pending', 'Running'].includes((saved as Experiment).status?.phase ?? ''),
};

function decidesIn(site: Site): boolean {
  return site.controllers.includes('rollouts');
}

async function observe(request: ObjectKey, site: Site, ports: Ports): Promise<ExperimentSnapshot | undefined> {
  const ref = { apiVersion: ARGO_API_VERSION, kind: request.kind, namespace: request.namespace, name: request.name };
  const experiment = await site.cluster.get<Experiment>(ref);
  if (experiment === undefined) return undefined;
  const nothing = {
    replicaSets: [],
    services: [],
    analysisRuns: [],
    analysisTemplates: [],
    clusterAnalysisTemplates: [],
  };
  if (!decidesIn(site)) return { now: ports.clock.now(), experiment, ...nothing };
  const { cluster } = site;
  const [replicaSets, analysisRuns, templates] = await Promise.all([
    readReplicaSets(experiment, cluster),
    readRuns(experiment, cluster),
    readTemplates(templateNames(experiment), request.namespace, cluster),
  ]);
  const services = await readServices(experiment, replicaSets, cluster);
  return { now: ports.clock.now(), experiment, replicaSets, services, analysisRuns, ...templates };
}

function templateNames({ spec }: Experiment) {
  return (spec.analyses ?? []).map(({ templateName, clusterScope = false }) => ({ name: templateName, clusterScope }));
}

/** Its own, and those whose names its templates would take. */
async function readReplicaSets(experiment: Experiment, cluster: Cluster): Promise<readonly ReplicaSet[]> {
  const { namespace } = experiment.metadata;
  const kind = { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace };
  const { items } = await cluster.list<ReplicaSet>({ ...kind, labelSelector: POD_TEMPLATE_HASH });
  const own = items.filter((replicaSet) => isControlledBy(replicaSet, experiment));
  const names = (experiment.spec.templates ?? []).map((template) => {
    const status = experiment.status?.templateStatuses?.find(({ name }) => name === template.name);
    return replicaSetName(experiment, template, status?.collisionCount);
  });
  const open = names.filter((name) => !own.some(({ metadata }) => metadata.name === name));
  const named = await Promise.all(open.map((name) => cluster.get<ReplicaSet>({ ...kind, name })));
  return [...own, ...named.filter((replicaSet) => replicaSet !== undefined)];
}

async function readServices(
  experiment: Experiment,
  replicaSets: readonly ReplicaSet[],
  cluster: Cluster,
): Promise<readonly Service[]> {
  const names = (experiment.spec.templates ?? []).flatMap((template) =>
    replicaSets.flatMap(({ metadata }) => serviceName(template, metadata.name) ?? []),
  );
  const { namespace } = experiment.metadata;
  const found = await Promise.all(
    [...new Set(names)].map((name) => cluster.get<Service>({ apiVersion: 'v1', kind: 'Service', namespace, name })),
  );
  return found.filter((service) => service !== undefined);
}

/** Its own, and those whose names its analyses would take. */
async function readRuns(experiment: Experiment, cluster: Cluster): Promise<readonly AnalysisRun[]> {
  if ((experiment.spec.analyses ?? []).length === 0) return [];
  const { namespace, name } = experiment.metadata;
  const { items } = await cluster.list<AnalysisRun>({ apiVersion: ARGO_API_VERSION, kind: 'AnalysisRun', namespace });
  return items.filter((run) => isControlledBy(run, experiment) || run.metadata.name.startsWith(`${name}-`));
}

/** A change of an Experiment is what its Rollout waits for; runs that were just made are looked at without waiting. */
function wakes(
  {
    actions,
  }: { readonly actions: readonly { readonly type: string; readonly object?: unknown; readonly after?: unknown }[] },
  before: KubernetesObject,
  saved: KubernetesObject,
  { cluster }: ObjectKey,
): readonly ObjectKey[] {
  const { namespace } = saved.metadata;
  const owner = controllerOf(saved);
  const changed = before.metadata.resourceVersion !== saved.metadata.resourceVersion;
  const rollout =
    owner?.kind === 'Rollout' && changed ? [{ cluster, kind: 'Rollout' as const, namespace, name: owner.name }] : [];
  const runs = actions.flatMap((action): ObjectKey[] => {
    if (action.type === 'delete') return [];
    const { kind, metadata } = (action.type === 'create' ? action.object : action.after) as KubernetesObject;
    return kind === 'AnalysisRun' ? [{ cluster, kind, namespace: metadata.namespace, name: metadata.name }] : [];
  });
  return [...rollout, ...runs];
}
