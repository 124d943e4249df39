/** All that one pass over a Rollout reads. */
import { ARGO_API_VERSION, type AnalysisRun, type Rollout } from '#core/resources/argo.ts';
import { isControlledBy, type Pod, type ReplicaSet, type Service } from '#core/resources/kubernetes.ts';
import { readsOf, type RolloutSnapshot } from '#core/rollout/snapshot.ts';
import type { Cluster, Ports, Site } from '../ports.ts';
import { readTemplates } from './template-reads.ts';

export interface ReadOptions {
  /** Where others decide, the object itself is all that is recorded. */
  readonly onlyTheObject: boolean;
}

export async function readSnapshot(
  rollout: Rollout,
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
  if (onlyTheObject) return { now: ports.clock.now(), rollout, ...nothing };
  const { cluster } = site;
  const { namespace } = rollout.metadata;
  const reads = readsOf(rollout);
  const labelSelector = selectorText(rollout);
  const [replicaSets, services, analysisRuns, templates, pods] = await Promise.all([
    readReplicaSets(reads.replicaSet, namespace, labelSelector, cluster),
    readServices(reads.services, namespace, cluster),
    readRuns(rollout, labelSelector, cluster),
    readTemplates(reads.templates, namespace, cluster),
    reads.pods ? cluster.list<Pod>({ apiVersion: 'v1', kind: 'Pod', namespace, ...labelSelector }) : { items: [] },
  ]);
  const read = { replicaSets, services, analysisRuns, ...templates, pods: pods.items };
  return { now: ports.clock.now(), rollout, ...read };
}

/** matchLabels and matchExpressions as the API server's label selector text; a Rollout without a selector matches nothing. */
export function selectorText({ spec }: Rollout): { labelSelector?: string } {
  const equal = Object.entries(spec.selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const set = (spec.selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
  });
  const parts = [...equal, ...set];
  return parts.length === 0 ? {} : { labelSelector: parts.join(',') };
}

/** Those that the selector matches, and whoever has the name that a new one would take. */
async function readReplicaSets(
  newest: string,
  namespace: string,
  labelSelector: { labelSelector?: string },
  cluster: Cluster,
): Promise<readonly ReplicaSet[]> {
  const kind = { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace };
  const { items } = await cluster.list<ReplicaSet>({ ...kind, ...labelSelector });
  if (items.some(({ metadata }) => metadata.name === newest)) return items;
  const named = await cluster.get<ReplicaSet>({ ...kind, name: newest });
  return named === undefined ? items : [...items, named];
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

/** Runs carry the selector's labels; one that the status names and the list lacks is fetched by its name. */
async function readRuns(
  rollout: Rollout,
  labelSelector: { labelSelector?: string },
  cluster: Cluster,
): Promise<readonly AnalysisRun[]> {
  const { namespace } = rollout.metadata;
  const kind = { apiVersion: ARGO_API_VERSION, kind: 'AnalysisRun', namespace };
  const { items } = await cluster.list<AnalysisRun>({ ...kind, ...labelSelector });
  const owned = items.filter((run) => isControlledBy(run, rollout));
  const missing = namedRuns(rollout).filter((name) => !owned.some((run) => run.metadata.name === name));
  const fetched = await Promise.all(missing.map((name) => cluster.get<AnalysisRun>({ ...kind, name })));
  return [...owned, ...fetched.filter((run) => run !== undefined)];
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
