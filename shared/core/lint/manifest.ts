/** The manifests that are looked at together: what one names is looked for among the others. */
import type { AnalysisTemplate, ClusterAnalysisTemplate, Experiment, Rollout } from '../resources/argo.ts';
import type { KubernetesObject } from '../resources/kubernetes.ts';

export interface Manifest {
  /** Place in the set. */
  readonly id: number;
  /** Of two objects with one name, the one in the same folder is meant. */
  readonly folder: string;
  /** Without `null` members: to Kubernetes these are absent. */
  readonly object: KubernetesObject;
}

const ARGO_KINDS = ['Rollout', 'AnalysisTemplate', 'ClusterAnalysisTemplate', 'AnalysisRun', 'Experiment'] as const;

export type ArgoKind = (typeof ARGO_KINDS)[number];

/** Other kinds of the group, Argo CD's for instance, are none of lint's business. */
export function argoKindOf({ apiVersion, kind }: KubernetesObject): ArgoKind | undefined {
  return apiVersion.startsWith('argoproj.io/') ? ARGO_KINDS.find((name) => name === kind) : undefined;
}

export function isRollout(object: KubernetesObject): object is Rollout {
  return argoKindOf(object) === 'Rollout';
}

export function isExperiment(object: KubernetesObject): object is Experiment {
  return argoKindOf(object) === 'Experiment';
}

export type AnyTemplate = AnalysisTemplate | ClusterAnalysisTemplate;

export function isTemplate(object: KubernetesObject): object is AnyTemplate {
  const kind = argoKindOf(object);
  return kind === 'AnalysisTemplate' || kind === 'ClusterAnalysisTemplate';
}

/** Objects of a kind that `from` can mean, one per name: those in its own folder win. */
export function objectsInReach(
  all: readonly Manifest[],
  from: Manifest,
  isWanted: (object: KubernetesObject) => boolean,
): readonly KubernetesObject[] {
  const found = all.filter(({ object }) => isWanted(object) && mayShareNamespace(object, from.object));
  const nearLast = found.toSorted((a, b) => Number(a.folder === from.folder) - Number(b.folder === from.folder));
  return [...new Map(nearLast.map(({ object }) => [object.metadata.name, object])).values()];
}

/** A manifest without a namespace may be applied to any. */
function mayShareNamespace(a: KubernetesObject, b: KubernetesObject): boolean {
  const [one, other] = [namespaceOf(a), namespaceOf(b)];
  return one === undefined || other === undefined || one === other;
}

function namespaceOf({ metadata }: KubernetesObject): string | undefined {
  return (metadata as { readonly namespace?: string }).namespace;
}

/** Deep copy in which no member is `null`. Elements of lists stay: their places count. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([key, member]) => [key, withoutNulls(member)]));
}
