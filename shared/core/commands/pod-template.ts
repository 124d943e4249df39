/** Where the pod template of a Rollout stands, and the change that puts another one there. engine §11, §18. */
import type { JsonObject } from '../json.ts';
import { diffMerge } from '../merge-patch.ts';
import type { Rollout } from '../resources/argo.ts';
import type { KubernetesObject, PodTemplate } from '../resources/kubernetes.ts';
import type { Binding, Verdict } from './command.ts';
import { refused, stale, type Change } from './effect.ts';
import { workloadOf, type Beside } from './reads.ts';

/** A template with the object that holds it. */
export interface TemplatePlace {
  readonly template: PodTemplate;
  /** undefined: the Rollout itself. */
  readonly workload: KubernetesObject | undefined;
}

/** The kinds that a `workloadRef` may lead to, and how the way to the template goes. engine §11. */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  'apps/Deployment': ['spec', 'template'],
  'apps/ReplicaSet': ['spec', 'template'],
  '/PodTemplate': ['template'],
};

/** @returns a verdict when there is no template to change */
export function placeOfTemplate(rollout: Rollout, { workload }: Beside): TemplatePlace | Verdict {
  const ref = workloadOf(rollout);
  if (ref === undefined) {
    const { template } = rollout.spec;
    return template === undefined ? refused('the Rollout has no pod template') : { template, workload: undefined };
  }
  const text = `${ref.kind} ${ref.namespace}/${ref.name}`;
  if (workload === undefined) return refused(`${text}, to which workloadRef leads, does not exist`);
  const path = PATHS[typeOf(workload)];
  if (path === undefined) return refused(`workload of type ${typeOf(workload)} is not supported`);
  return { template: at(workload, path) ?? {}, workload };
}

function typeOf({ apiVersion, kind }: KubernetesObject): string {
  return `${apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''}/${kind}`;
}

function at(object: object, path: readonly string[]): PodTemplate | undefined {
  let current: unknown = object;
  for (const key of path) current = (current as Record<string, unknown> | undefined)?.[key];
  return current as PodTemplate | undefined;
}

/** The spec was edited since the command was given. Asked only after whether its effect is there already. */
export function editedSince(binding: Binding, rollout: Rollout, { workload }: TemplatePlace): Verdict | undefined {
  const { generation, workloadGeneration } = binding;
  const now = workload === undefined ? rollout.metadata.generation : workload.metadata.generation;
  const seen = workload === undefined ? generation : workloadGeneration;
  if (seen === undefined || now === undefined || String(seen) === String(now)) return undefined;
  const what = workload === undefined ? 'the Rollout' : `${workload.kind} ${workload.metadata.name}`;
  return stale(`${what} was edited since (generation ${now}, it was asked for ${seen}); ask again`);
}

/** The plugin replaces the whole template; the difference under the object's resourceVersion comes to the same. */
export function withTemplate({ template, workload }: TemplatePlace, after: PodTemplate, says: string): Change {
  const difference = diffMerge(template, after);
  if (workload === undefined) return { state: 'change', spec: { template: difference }, says };
  const path = PATHS[typeOf(workload)] ?? [];
  const patch = path.reduceRight<JsonObject>((inner, key) => ({ [key]: inner }), difference);
  return { state: 'change', other: { object: workload, patch }, says };
}
