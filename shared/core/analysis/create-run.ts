/** The AnalysisRun objects that owners create, and whether one exists already. analysis §3.6. */
import type { IAnalysisRunMetadata } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/AnalysisRunMetadata';
import {
  ARGO_API_VERSION,
  isCompleted,
  type AnalysisRun,
  type AnalysisRunSpec,
  type Experiment,
  type Rollout,
} from '../resources/argo.ts';
import { INSTANCE_ID, POD_TEMPLATE_HASH, REVISION, ROLLOUT_TYPE, STEP_INDEX } from '../resources/keys.ts';
import { controllerOf, type KubernetesObject, type NewObject, type OwnerReference } from '../resources/kubernetes.ts';
import { omitEmpty } from './omit-empty.ts';
import { sameJson } from './same-json.ts';

export type NewAnalysisRun = NewObject<AnalysisRun>;
export type RunMetadata = IAnalysisRunMetadata;

/** What a run of a Rollout is for; a step's run carries its index. */
export type RunPurpose =
  | { readonly type: 'Background' | 'PrePromotion' | 'PostPromotion' }
  | { readonly type: 'Step'; readonly stepIndex: number };

export interface RolloutRunRequest {
  readonly rollout: Rollout;
  /** Bake: after promotion (core/alerts/bake-analysis.ts). */
  readonly purpose: RunPurpose | { readonly type: 'Bake' };
  /** Of the newest ReplicaSet. */
  readonly podHash: string;
  /** `analysisRunMetadata` of the Rollout's analysis. */
  readonly metadata?: RunMetadata | undefined;
  /** What Weir offers beyond Argo, and somebody opted in to. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec: AnalysisRunSpec;
}

export interface ExperimentRunRequest {
  readonly experiment: Experiment;
  /** Name of the analysis within the Experiment. */
  readonly analysis: string;
  readonly metadata?: RunMetadata | undefined;
  readonly spec: AnalysisRunSpec;
}

/** What to do about a wanted run, given those that exist. */
export type RunChoice =
  | { readonly state: 'adopt'; readonly run: AnalysisRun }
  | { readonly state: 'create'; readonly run: NewAnalysisRun };

/** Of labels and annotations that are given twice, the later wins: the Rollout's selector is never broken. */
export function runOfRollout(request: RolloutRunRequest): NewAnalysisRun {
  const { rollout, purpose, podHash, metadata, spec } = request;
  const revision = rollout.metadata.annotations?.[REVISION] ?? '';
  const name = [rollout.metadata.name, podHash, revision, ...infix(purpose)].join('-');
  const labels = {
    [POD_TEMPLATE_HASH]: podHash,
    [ROLLOUT_TYPE]: purpose.type,
    ...(purpose.type === 'Step' && { [STEP_INDEX]: String(purpose.stepIndex) }),
    ...instanceLabel(rollout),
    ...metadata?.labels,
    ...rollout.spec.selector?.matchLabels,
  };
  const annotations = { [REVISION]: revision, ...request.annotations, ...metadata?.annotations };
  return newRun(rollout, name, { labels, annotations }, spec);
}

export function runOfExperiment({ experiment, analysis, metadata, spec }: ExperimentRunRequest): NewAnalysisRun {
  const labels = { ...instanceLabel(experiment), ...metadata?.labels };
  const name = `${experiment.metadata.name}-${analysis}`;
  return newRun(experiment, name, { labels, annotations: { ...metadata?.annotations } }, spec);
}

/** A run under the wanted name, or under `.1`, `.2`, … behind it, when those before are taken by other runs. */
export function chooseRun(wanted: NewAnalysisRun, existing: readonly AnalysisRun[]): RunChoice {
  const byName = new Map(existing.map((run) => [run.metadata.name, run]));
  for (let attempt = 0; ; attempt++) {
    const name = attempt === 0 ? wanted.metadata.name : `${wanted.metadata.name}.${attempt}`;
    const taken = byName.get(name);
    if (taken === undefined) return { state: 'create', run: { ...wanted, metadata: { ...wanted.metadata, name } } };
    if (isSameRun(taken, wanted)) return { state: 'adopt', run: taken };
  }
}

/** The existing run is the wanted one, created by an earlier pass: unfinished, of the same controller, asking the same. */
export function isSameRun(existing: AnalysisRun, wanted: NewAnalysisRun): boolean {
  const owner = wanted.metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (isCompleted(existing.status?.phase) || owner === undefined) return false;
  return controllerOf(existing)?.uid === owner.uid && sameJson(asked(existing.spec), asked(wanted.spec));
}

function asked({ metrics, dryRun, measurementRetention, args }: AnalysisRunSpec) {
  return { metrics, dryRun, measurementRetention, args };
}

function infix(purpose: RolloutRunRequest['purpose']): readonly string[] {
  switch (purpose.type) {
    case 'Background':
      return [];
    case 'Step':
      return [String(purpose.stepIndex)];
    case 'PrePromotion':
      return ['pre'];
    case 'PostPromotion':
      return ['post'];
    case 'Bake':
      return ['bake'];
  }
}

function instanceLabel({ metadata }: KubernetesObject): Readonly<Record<string, string>> {
  const id = metadata.labels?.[INSTANCE_ID];
  return id === undefined ? {} : { [INSTANCE_ID]: id };
}

function newRun(
  owner: Rollout | Experiment,
  name: string,
  { labels, annotations }: Required<RunMetadata>,
  spec: AnalysisRunSpec,
): NewAnalysisRun {
  return {
    apiVersion: ARGO_API_VERSION,
    kind: 'AnalysisRun',
    metadata: {
      name,
      namespace: owner.metadata.namespace,
      ...omitEmpty({ labels, annotations }),
      ownerReferences: [ownerReference(owner)],
    },
    spec,
  };
}

function ownerReference({ apiVersion, kind, metadata: { name, uid } }: KubernetesObject): OwnerReference {
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}
