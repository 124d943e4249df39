/** A Rollout with all that the tree shows of it. */
import type { RolloutView } from '#core/messages/tree/view.ts';
import { ARGO_API_VERSION, type AnalysisRun, type Rollout } from '#core/resources/argo.ts';
import { isControlledBy, type Pod, type ReplicaSet } from '#core/resources/kubernetes.ts';
import type { Clock, Site } from '../ports.ts';
import { selectorText } from './rollout-reads.ts';

export async function readView(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  { cluster }: Site,
  clock: Clock,
): Promise<RolloutView | undefined> {
  const rollout = await cluster.get<Rollout>({ apiVersion: ARGO_API_VERSION, kind: 'Rollout', namespace, name });
  if (rollout === undefined) return undefined;
  const scope = { namespace, ...selectorText(rollout) };
  const [replicaSets, pods, runs] = await Promise.all([
    cluster.list<ReplicaSet>({ apiVersion: 'apps/v1', kind: 'ReplicaSet', ...scope }),
    cluster.list<Pod>({ apiVersion: 'v1', kind: 'Pod', ...scope }),
    cluster.list<AnalysisRun>({ apiVersion: ARGO_API_VERSION, kind: 'AnalysisRun', ...scope }),
  ]);
  const owned = <T extends ReplicaSet | AnalysisRun>(objects: readonly T[]) =>
    objects.filter((object) => isControlledBy(object, rollout));
  return {
    now: clock.now(),
    rollout,
    replicaSets: owned(replicaSets.items),
    pods: pods.items,
    analysisRuns: owned(runs.items),
  };
}
