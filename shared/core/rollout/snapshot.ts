/** The world as one pass of a Rollout reads it, and what must be read for it. */
import type { AnalysisRun, AnalysisTemplate, ClusterAnalysisTemplate, Experiment, Rollout } from '../resources/argo.ts';
import type { KubernetesObject, Pod, ReplicaSet, Service } from '../resources/kubernetes.ts';
import type { Instant } from '../time.ts';
import type { SeenIngress } from '../traffic-routing/load-balancers.ts';
import type { SeenTargets } from './blue-green/target-groups.ts';
import { newReplicaSetName } from './replica-set-name.ts';
import { hasEphemeralMetadata } from './injected-metadata.ts';
import { restartIsWanted } from './restart-request.ts';

/** Nothing outside this value sways a decision. */
export interface RolloutSnapshot {
  readonly now: Instant;
  readonly rollout: Rollout;
  /** In the namespace: those the Rollout owns, those its selector matches, and the one named `reads.replicaSet`. */
  readonly replicaSets: readonly ReplicaSet[];
  /** Those that the selector matches; needed only where `reads.pods` says so. */
  readonly pods?: readonly Pod[];
  /** Those of `reads.services` that exist. */
  readonly services: readonly Service[];
  /** Owned by the Rollout, named in its status, or in the way: with the labels of its runs, made by somebody else. */
  readonly analysisRuns: readonly AnalysisRun[];
  /** Those of `reads.templates` that exist, and the ones that they name in turn. */
  readonly analysisTemplates: readonly AnalysisTemplate[];
  readonly clusterAnalysisTemplates: readonly ClusterAnalysisTemplate[];
  /** Whose template the Rollout has: `rollout` carries it already. */
  readonly workload?: KubernetesObject;
  /** Why it has none although it refers to one. */
  readonly workloadProblem?: string;
  /** Owned by the Rollout, and whoever has a name that a new one would take. */
  readonly experiments?: readonly Experiment[];
  /** Those that the traffic routers ask for and that exist; undefined: not looked at, and so not validated. */
  readonly routingObjects?: readonly KubernetesObject[];
  /** What the load balancers behind the Ingresses say; undefined: they were not asked. */
  readonly loadBalancers?: readonly SeenIngress[];
  /** What the target groups of the active Service say; undefined: they are not verified here. */
  readonly targets?: SeenTargets;
}

export interface TemplateReference {
  readonly name: string;
  readonly clusterScope: boolean;
}

export interface RolloutReads {
  readonly services: readonly string[];
  /** As the Rollout names them; the templates that these name must be read too, until none is missing. */
  readonly templates: readonly TemplateReference[];
  /** Name that the ReplicaSet of the current template would take: whoever has it must be seen. */
  readonly replicaSet: string;
  readonly pods: boolean;
}

/** What a pass needs to see besides the Rollout, its ReplicaSets and its AnalysisRuns. */
export function readsOf(rollout: Rollout): RolloutReads {
  return {
    services: [...new Set(serviceNames(rollout))],
    templates: templateReferences(rollout),
    replicaSet: newReplicaSetName(rollout),
    pods: hasEphemeralMetadata(rollout) || restartIsWanted(rollout.spec.restartAt, rollout.status?.restartedAt),
  };
}

/** Every Service that the strategy names; one that is named twice comes twice. */
export function serviceNames({ spec }: Rollout): readonly string[] {
  const { canary, blueGreen } = spec.strategy ?? {};
  const { pingService, pongService } = canary?.pingPong ?? {};
  const named = [canary?.canaryService, canary?.stableService, pingService, pongService];
  return [...named, blueGreen?.activeService, blueGreen?.previewService].filter(
    (name) => (name ?? '') !== '',
  ) as string[];
}

function templateReferences({ spec }: Rollout): readonly TemplateReference[] {
  const { canary, blueGreen } = spec.strategy ?? {};
  const analyses = [
    ...(canary?.steps ?? []).map((step) => step.analysis),
    canary?.analysis,
    blueGreen?.prePromotionAnalysis,
    blueGreen?.postPromotionAnalysis,
  ];
  const references = analyses
    .flatMap((analysis) => analysis?.templates ?? [])
    .map(({ templateName, clusterScope }) => ({
      name: templateName ?? '',
      clusterScope: clusterScope === true,
    }));
  const keyed = references.map((reference) => [`${reference.clusterScope}/${reference.name}`, reference] as const);
  return [...new Map(keyed).values()].filter(({ name }) => name !== '');
}
