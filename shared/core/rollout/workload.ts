/** A Rollout whose template is another object's. engine §11. */
import type { Rollout } from '../resources/argo.ts';
import { WORKLOAD_GENERATION } from '../resources/keys.ts';
import type { KubernetesObject, ObjectRef, PodTemplate } from '../resources/kubernetes.ts';
import type { Pass } from './pass.ts';
import { revisionOf } from './replica-sets.ts';

type Selector = NonNullable<Rollout['spec']['selector']>;

interface Workload extends KubernetesObject {
  /** Of a Deployment or a ReplicaSet. */
  readonly spec?: { readonly replicas?: number; readonly template?: PodTemplate; readonly selector?: Selector };
  /** Of a PodTemplate. */
  readonly template?: PodTemplate;
}

/** undefined: it has a template of its own. */
export function workloadRefOf({ metadata, spec }: Rollout): ObjectRef | undefined {
  const { workloadRef } = spec;
  if (workloadRef === undefined) return undefined;
  const { apiVersion = '', kind = '', name = '' } = workloadRef;
  return { apiVersion, kind, namespace: metadata.namespace, name };
}

const SUPPORTED: ReadonlySet<string> = new Set(['apps/Deployment', 'apps/ReplicaSet', '/PodTemplate']);

function groupKind({ apiVersion, kind }: ObjectRef): string {
  return `${apiVersion.includes('/') ? apiVersion.split('/')[0] : ''}/${kind}`;
}

export function isSupportedWorkload(ref: ObjectRef): boolean {
  return SUPPORTED.has(groupKind(ref));
}

export type ResolvedRollout =
  | { readonly rollout: Rollout; readonly workload?: KubernetesObject }
  | { readonly rollout: Rollout; readonly workloadProblem: string };

/** With the workload's template, and its selector where the Rollout has none. Neither is ever written back. */
export function resolveWorkload(rollout: Rollout, found: KubernetesObject | undefined): ResolvedRollout {
  const ref = workloadRefOf(rollout);
  if (ref === undefined || hasOwnTemplate(rollout)) return { rollout };
  if (!isSupportedWorkload(ref))
    return { rollout, workloadProblem: `workload of type ${groupKind(ref)} is not supported` };
  if (found === undefined) return { rollout, workloadProblem: missingText(ref) };
  const workload = found as Workload;
  const template = workload.kind === 'PodTemplate' ? workload.template : workload.spec?.template;
  const selector = rollout.spec.selector ?? workload.spec?.selector;
  const spec = { ...rollout.spec, template: template ?? {}, ...(selector === undefined ? {} : { selector }) };
  return { rollout: { ...rollout, spec }, workload };
}

/** In the API server's words. */
function missingText(ref: ObjectRef): string {
  const [group] = groupKind(ref).split('/');
  const plural = `${ref.kind.toLowerCase()}s${group === '' ? '' : `.${group}`}`;
  return `${plural} ${JSON.stringify(ref.name)} not found`;
}

/** Empty is what has neither labels nor annotations. */
function hasOwnTemplate({ spec: { template } }: Rollout): boolean {
  const { labels = {}, annotations = {} } = template?.metadata ?? {};
  return Object.keys(labels).length + Object.keys(annotations).length > 0;
}

/** Notes which generation of the workload is followed. @returns whether the Rollout itself was edited, which ends the pass */
export function noteWorkloadGeneration({ rollout, snapshot: { workload }, changes }: Pass): boolean {
  if (workload === undefined) return false;
  const generation = String(workload.metadata.generation ?? 0);
  if (rollout.metadata.annotations?.[WORKLOAD_GENERATION] === generation) return false;
  const noted = (current: Rollout): Rollout => {
    const annotations = { ...current.metadata.annotations, [WORKLOAD_GENERATION]: generation };
    return { ...current, metadata: { ...current.metadata, annotations } };
  };
  changes.edit(rollout, noted, `${workload.kind} ${workload.metadata.name} is of generation ${generation}`);
  return true;
}

/** As `status.workloadObservedGeneration` has it; undefined without a workload. */
export function workloadGeneration({ rollout }: Pass): string | undefined {
  return rollout.spec.workloadRef === undefined ? undefined : rollout.metadata.annotations?.[WORKLOAD_GENERATION];
}

/** `progressively`: the Deployment loses as many pods as the Rollout has ready. @param shrinks the newest version loses pods */
export function shrinkWorkload(pass: Pass, shrinks: boolean): void {
  if (scaleDownOf(pass) !== 'progressively') return;
  const ready = pass.stored.readyReplicas ?? 0;
  if (pass.stored.phase === 'Healthy') return scaleWorkload(pass, 0);
  if (ready > 0 || shrinks) scaleWorkload(pass, Math.max(0, pass.replicas - ready));
}

/** `onsuccess`: the Deployment goes when the Rollout has taken over. */
export function retireWorkload(pass: Pass): void {
  if (scaleDownOf(pass) === 'onsuccess' && pass.stored.phase === 'Healthy') scaleWorkload(pass, 0);
}

/** Only at the first revision: later ones find the Deployment as its owner left it. */
function scaleDownOf({ rollout, snapshot, sets }: Pass): string {
  const first = revisionOf(sets.newest) === 1 && snapshot.workload?.kind === 'Deployment';
  return first ? (rollout.spec.workloadRef?.scaleDown ?? 'never') : 'never';
}

/** What comes of it is only told: the release does not depend on it. */
function scaleWorkload({ snapshot, changes }: Pass, replicas: number): void {
  const deployment: Workload | undefined = snapshot.workload;
  if (deployment === undefined || (deployment.spec?.replicas ?? 1) === replicas) return;
  const after: Workload = { ...deployment, spec: { ...deployment.spec, replicas } };
  changes.attempt(deployment, after, 'the Rollout takes over');
}
