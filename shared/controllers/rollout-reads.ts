/** All that one pass over a Rollout reads. */
import {
  ARGO_API_VERSION,
  type AnalysisRun,
  type Experiment,
  type Rollout,
  type RolloutSpec,
} from '#core/resources/argo.ts';
import { POD_TEMPLATE_HASH } from '#core/resources/keys.ts';
import {
  isControlledBy,
  type KubernetesObject,
  type Pod,
  type ReplicaSet,
  type Service,
} from '#core/resources/kubernetes.ts';
import { readsOf, type RolloutSnapshot } from '#core/rollout/snapshot.ts';
import { isSupportedWorkload, resolveWorkload, workloadRefOf } from '#core/rollout/workload.ts';
import type { Cluster, Ports, Site } from '../ports.ts';
import { readLoadBalancers } from './load-balancer-reads.ts';
import { readRoutingObjects } from './routing-reads.ts';
import { readTargets } from './target-group-reads.ts';
import { readTemplates } from './template-reads.ts';

export interface ReadOptions {
  /** Where others decide, the object itself is all that is recorded. */
  readonly onlyTheObject: boolean;
}

export async function readSnapshot(
  written: Rollout,
  site: Site,
  ports: Ports,
  { onlyTheObject }: ReadOptions,
): Promise<RolloutSnapshot> {
  const nothing = {
    replicaSets: [],
    services: [],
    analysisRuns: [],
    analysisTemplates: [],
    clusterAnalysisTemplates: [],
  };
  if (onlyTheObject) return { now: ports.clock.now(), rollout: written, ...nothing };
  const { cluster } = site;
  const resolved = resolveWorkload(written, await readWorkload(written, cluster));
  const { rollout } = resolved;
  if ('workloadProblem' in resolved) return { now: ports.clock.now(), ...resolved, ...nothing };
  const { namespace } = rollout.metadata;
  const reads = readsOf(rollout);
  const labelSelector = selectorText(rollout);
  const [replicaSets, services, analysisRuns, templates, pods, routingObjects, experiments] = await Promise.all([
    readReplicaSets(rollout, reads.replicaSet, labelSelector, cluster),
    readServices(reads.services, namespace, cluster),
    readRuns(rollout, cluster),
    readTemplates(reads.templates, namespace, cluster),
    reads.pods ? cluster.list<Pod>({ apiVersion: 'v1', kind: 'Pod', namespace, ...labelSelector }) : { items: [] },
    readRoutingObjects(rollout, cluster),
    readExperiments(rollout, cluster),
  ]);
  const loadBalancers = await readLoadBalancers(rollout, routingObjects, site);
  const targets = await readTargets(rollout, services, site);
  const read = {
    replicaSets,
    services,
    analysisRuns,
    ...templates,
    pods: pods.items,
    routingObjects,
    experiments,
    ...(loadBalancers === undefined ? {} : { loadBalancers }),
    ...(targets === undefined ? {} : { targets }),
  };
  return { now: ports.clock.now(), ...resolved, ...read };
}

/** matchLabels and matchExpressions as the API server's label selector text; a Rollout without a selector matches nothing. */
export function selectorText({ spec }: { readonly spec: Pick<RolloutSpec, 'selector'> }): { labelSelector?: string } {
  const { selector } = spec;
  const equal = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const set = (selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
  });
  const parts = [...equal, ...set];
  return parts.length === 0 ? {} : { labelSelector: parts.join(',') };
}

/**
 * Those that the selector matches, whoever has the name that a new one would take, and those whose hash the status names:
 * one that lost the selector's labels must be released.
 */
async function readReplicaSets(
  rollout: Rollout,
  newest: string,
  labelSelector: { labelSelector?: string },
  cluster: Cluster,
): Promise<readonly ReplicaSet[]> {
  const kind = { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace: rollout.metadata.namespace };
  const { items } = await cluster.list<ReplicaSet>({ ...kind, ...labelSelector });
  const lost = lostHashes(rollout, items);
  const [named, strayed] = await Promise.all([
    items.some(({ metadata }) => metadata.name === newest)
      ? undefined
      : cluster.get<ReplicaSet>({ ...kind, name: newest }),
    lost.length === 0
      ? undefined
      : cluster.list<ReplicaSet>({ ...kind, labelSelector: `${POD_TEMPLATE_HASH} in (${lost.join(',')})` }),
  ]);
  const found = [...items, ...(named === undefined ? [] : [named]), ...(strayed?.items ?? [])];
  return [...new Map(found.map((replicaSet) => [replicaSet.metadata.name, replicaSet])).values()];
}

function lostHashes({ status }: Rollout, found: readonly ReplicaSet[]): readonly string[] {
  const present = new Set(found.map(({ metadata }) => metadata.labels?.[POD_TEMPLATE_HASH]));
  const hashes = new Set([status?.stableRS ?? '', status?.currentPodHash ?? '']);
  return [...hashes].filter((hash) => hash !== '' && !present.has(hash));
}

async function readServices(
  names: readonly string[],
  namespace: string,
  cluster: Cluster,
): Promise<readonly Service[]> {
  const found = await Promise.all(
    names.map((name) => cluster.get<Service>({ apiVersion: 'v1', kind: 'Service', namespace, name })),
  );
  return found.filter((service) => service !== undefined);
}

/**
 * Runs carry the selector's matchLabels; one that the status names and the list lacks is fetched by its name. Those of
 * somebody else are seen too: their names are taken.
 */
async function readRuns(rollout: Rollout, cluster: Cluster): Promise<readonly AnalysisRun[]> {
  const { namespace } = rollout.metadata;
  const kind = { apiVersion: ARGO_API_VERSION, kind: 'AnalysisRun', namespace };
  const labels = selectorText({ spec: { selector: { matchLabels: rollout.spec.selector?.matchLabels ?? {} } } });
  const { items } = await cluster.list<AnalysisRun>({ ...kind, ...labels });
  const missing = namedRuns(rollout).filter((name) => !items.some((run) => run.metadata.name === name));
  const fetched = await Promise.all(missing.map((name) => cluster.get<AnalysisRun>({ ...kind, name })));
  return [...items, ...fetched.filter((run) => run !== undefined)];
}

/** The runs that the status calls current. */
export function namedRuns({ status }: Rollout): readonly string[] {
  return [
    status?.canary?.currentStepAnalysisRunStatus?.name,
    status?.canary?.currentBackgroundAnalysisRunStatus?.name,
    status?.blueGreen?.prePromotionAnalysisRunStatus?.name,
    status?.blueGreen?.postPromotionAnalysisRunStatus?.name,
  ].filter((name) => name !== undefined);
}

/** Asked for only where a step makes them, or the status names one. */
async function readExperiments(rollout: Rollout, cluster: Cluster): Promise<readonly Experiment[]> {
  const { steps = [] } = rollout.spec.strategy?.canary ?? {};
  const current = rollout.status?.canary?.currentExperiment;
  if (current === undefined && !steps.some(({ experiment }) => experiment !== undefined)) return [];
  const { namespace } = rollout.metadata;
  const { items } = await cluster.list<Experiment>({ apiVersion: ARGO_API_VERSION, kind: 'Experiment', namespace });
  return items.filter((experiment) => isRolloutsOwn(experiment, rollout));
}

/** Whoever has a name that a new one would take must be seen too. */
function isRolloutsOwn(experiment: Experiment, rollout: Rollout): boolean {
  return isControlledBy(experiment, rollout) || experiment.metadata.name.startsWith(`${rollout.metadata.name}-`);
}

function readWorkload(rollout: Rollout, cluster: Cluster): Promise<KubernetesObject | undefined> {
  const ref = workloadRefOf(rollout);
  return ref === undefined || !isSupportedWorkload(ref) ? Promise.resolve(undefined) : cluster.get(ref);
}
