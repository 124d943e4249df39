/** Which kinds `weir run` follows, by what it has been handed. */
import { ARGO_API_VERSION } from '#core/resources/argo.ts';
import { INSTANCE_ID } from '#core/resources/keys.ts';
import { WATCHED_KINDS } from '#shared/controllers/discover.ts';
import type { ControllerName } from '#shared/ports.ts';
import type { CachedKindOptions } from './cache/cached-kind.ts';

const TEMPLATES: readonly CachedKindOptions[] = [
  { apiVersion: ARGO_API_VERSION, kind: 'AnalysisTemplate' },
  { apiVersion: ARGO_API_VERSION, kind: 'ClusterAnalysisTemplate', clusterScoped: true },
];

/** Who does not move Rollouts needs nothing of what belongs to them. */
export function kindsFor(controllers: readonly ControllerName[], instanceId: string | undefined): CachedKindOptions[] {
  const movesRollouts = controllers.includes('rollouts');
  const watched = WATCHED_KINDS.filter(({ apiVersion }) => movesRollouts || apiVersion === ARGO_API_VERSION);
  const kinds = movesRollouts ? [...watched, ...TEMPLATES] : watched;
  return kinds.map((kind) => (kind.apiVersion === ARGO_API_VERSION ? { ...kind, ...instanceView(instanceId) } : kind));
}

/** Argo: with an instance id only what carries it is seen, without one only what carries none. rollout-engine.md §1.1 */
function instanceView(instanceId: string | undefined): Pick<CachedKindOptions, 'labelSelector' | 'selectorIsView'> {
  return {
    labelSelector: instanceId === undefined ? `!${INSTANCE_ID}` : `${INSTANCE_ID}=${instanceId}`,
    selectorIsView: true,
  };
}

export function isOwnKind({ apiVersion, kind }: { apiVersion: string; kind: string }): boolean {
  return apiVersion === ARGO_API_VERSION && ['Rollout', 'AnalysisRun', 'Experiment'].includes(kind);
}
