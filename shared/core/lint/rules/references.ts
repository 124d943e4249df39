/** What a Rollout or a template names: is it among the given manifests, and does it fit? */
import {
  ARGO_API_VERSION,
  type AnalysisTemplate,
  type ClusterAnalysisTemplate,
  type Rollout,
} from '../../resources/argo.ts';
import type { KubernetesObject, PodTemplate, Service } from '../../resources/kubernetes.ts';
import { readsOf, type RolloutSnapshot } from '../../rollout/snapshot.ts';
import { referenceProblems } from '../../rollout/validate-references.ts';
import { analysesOf } from '../analyses-of.ts';
import type { Path, Problem } from '../finding.ts';
import { pathOfFieldError } from '../field-path.ts';
import { fixOf } from '../fixes.ts';
import { isExperiment, isRollout, isTemplate, objectsInReach } from '../manifest.ts';
import { inRollouts, type Rule, type Subject } from '../rule.ts';
import { missingRoutingObjects, unfitRoutingObjects } from '../routing-objects.ts';
import { isClusterScoped, templatesInReach, type TemplatesInReach } from '../templates-in-reach.ts';

export const INVALID_REFERENCE: Rule = {
  id: 'invalid-reference',
  severity: 'error',
  tells: 'a Service or template that does not fit the Rollout which names it, in the words of Argo',
  because: 'The controller sets the condition InvalidSpec and does nothing else with the Rollout.',
  find: inRollouts((rollout, subject) => {
    const { snapshot, standIns } = snapshotOf(rollout, subject);
    const references = referenceProblems(withStandIns(snapshot, standIns));
    return [...references, ...unfitRoutingObjects(rollout, subject)].map((message) => ({
      path: pathOfFieldError(message, rollout),
      message,
      fix: fixOf(message),
    }));
  }),
};

export const NOT_AMONG_FILES: Rule = {
  id: 'not-among-files',
  severity: 'warning',
  tells: 'an object that is named is not among the given files',
  because:
    'It may be in the cluster already; if it is not, the controller refuses the Rollout. It was not checked here.',
  find: (subject) => [...missingOfRollout(subject), ...missingOfOthers(subject)],
};

const FIX = 'give the file that holds it to weir lint too, or correct the name';

const missingOfRollout = inRollouts((rollout, subject) => {
  const { snapshot, standIns } = snapshotOf(rollout, subject);
  const routing = missingRoutingObjects(rollout, subject).map((missing) => ({ ...missing, fix: FIX }));
  const workload = [...missingWorkload(rollout, subject), ...routing];
  if (standIns.services.length + standIns.templates.length === 0) return workload;
  // With something missing, what is missing is all that the engine tells.
  const missing = referenceProblems(snapshot).map((message) => ({
    path: pathOfFieldError(message, rollout),
    message: `${/: ([^:]*?) not found$/.exec(message)?.[1] ?? message} is not among the given files`,
    fix: FIX,
  }));
  return [...workload, ...missing];
});

/** What templates and experiments name is told where they do so. */
function missingOfOthers(subject: Subject): readonly Problem[] {
  const { templates, clusterTemplates } = templatesInReach(subject);
  return templateNamesIn(subject.manifest.object).flatMap(({ path, templateName = '', clusterScope }) => {
    if ((clusterScope === true ? clusterTemplates : templates).has(templateName)) return [];
    const kind = clusterScope === true ? 'ClusterAnalysisTemplate' : 'AnalysisTemplate';
    return [{ path, message: `${kind} '${templateName}' is not among the given files`, fix: FIX }];
  });
}

interface TemplateName {
  readonly path: Path;
  readonly templateName?: string;
  readonly clusterScope?: boolean;
}

function templateNamesIn(object: KubernetesObject): readonly TemplateName[] {
  if (isTemplate(object)) return namesAt(['spec', 'templates'], object.spec.templates);
  if (isExperiment(object)) return namesAt(['spec', 'analyses'], object.spec.analyses);
  const steps = isRollout(object) ? (object.spec.strategy?.canary?.steps ?? []) : [];
  return steps.flatMap(({ experiment }, index) =>
    namesAt(['spec', 'strategy', 'canary', 'steps', index, 'experiment', 'analyses'], experiment?.analyses),
  );
}

function namesAt(path: Path, names: readonly Omit<TemplateName, 'path'>[] = []): readonly TemplateName[] {
  return names.map((name, index) => ({ ...name, path: [...path, index, 'templateName'] }));
}

function missingWorkload({ spec: { workloadRef } }: Rollout, subject: Subject): readonly Problem[] {
  if (workloadRef === undefined || workloadOf(workloadRef, subject) !== undefined) return [];
  const message = `${workloadRef.kind ?? ''} "${workloadRef.name ?? ''}" is not among the given files`;
  return [{ path: ['spec', 'workloadRef', 'name'], message, fix: FIX }];
}

interface StandIns {
  readonly services: readonly string[];
  readonly templates: readonly { readonly name: string; readonly clusterScope: boolean }[];
}

/** The given files as the engine would see them in a cluster, and the names of what is not there. */
function snapshotOf(written: Rollout, subject: Subject): { snapshot: RolloutSnapshot; standIns: StandIns } {
  const rollout = withWorkloadTemplate(written, subject);
  const lookup = templatesInReach(subject);
  const services = objectsInReach(subject.all, subject.manifest, isService) as readonly Service[];
  const snapshot: RolloutSnapshot = {
    now: 0,
    rollout,
    replicaSets: [],
    analysisRuns: [],
    // Without its pod template nothing can be said about the labels.
    services: rollout.spec.template === undefined ? services.map(({ metadata }) => fitsAll(metadata.name)) : services,
    analysisTemplates: [...lookup.templates.values()],
    clusterAnalysisTemplates: [...lookup.clusterTemplates.values()],
  };
  const wanted = readsOf({ ...rollout, spec: { ...rollout.spec, template: rollout.spec.template ?? EMPTY_TEMPLATE } });
  const standIns = {
    services: wanted.services.filter((name) => !services.some(({ metadata }) => metadata.name === name)),
    templates: missingTemplates(rollout, lookup),
  };
  return { snapshot, standIns };
}

const EMPTY_TEMPLATE = {} as PodTemplate;

function isService({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): boolean {
  return apiVersion === 'v1' && kind === 'Service';
}

function missingTemplates(rollout: Rollout, lookup: TemplatesInReach): StandIns['templates'] {
  const seen = new Map<string, { readonly name: string; readonly clusterScope: boolean; readonly isThere: boolean }>();
  const visit = (refs: readonly { templateName?: string; clusterScope?: boolean }[]): void => {
    for (const ref of refs) {
      const clusterScope = isClusterScoped(ref);
      const name = ref.templateName ?? '';
      if (seen.has(`${clusterScope}/${name}`)) continue;
      const template = (clusterScope ? lookup.clusterTemplates : lookup.templates).get(name);
      seen.set(`${clusterScope}/${name}`, { name, clusterScope, isThere: template !== undefined });
      visit(template?.spec.templates ?? []);
    }
  };
  for (const { analysis } of analysesOf(rollout)) visit(analysis.templates ?? []);
  return [...seen.values()].filter(({ isThere }) => !isThere);
}

/** With something that fits in place of what is missing, so that the rest is looked at. */
function withStandIns(snapshot: RolloutSnapshot, { services, templates }: StandIns): RolloutSnapshot {
  const [cluster, local] = [templates.filter((t) => t.clusterScope), templates.filter((t) => !t.clusterScope)];
  return {
    ...snapshot,
    services: [...snapshot.services, ...services.map(fitsAll)],
    analysisTemplates: [...snapshot.analysisTemplates, ...local.map(({ name }) => emptyTemplate(name))],
    clusterAnalysisTemplates: [...snapshot.clusterAnalysisTemplates, ...cluster.map(({ name }) => emptyTemplate(name))],
  };
}

function emptyTemplate(name: string): AnalysisTemplate & ClusterAnalysisTemplate {
  const [apiVersion, kind] = [ARGO_API_VERSION, 'AnalysisTemplate'];
  return { apiVersion, kind, metadata: { name, namespace: '', uid: '' }, spec: { metrics: [] } };
}

function fitsAll(name: string): Service {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: '', uid: '' } };
}

type WorkloadRef = NonNullable<Rollout['spec']['workloadRef']>;

function withWorkloadTemplate(rollout: Rollout, subject: Subject): Rollout {
  const { workloadRef } = rollout.spec;
  const template = workloadRef === undefined ? undefined : workloadOf(workloadRef, subject)?.spec?.template;
  return template === undefined ? rollout : { ...rollout, spec: { ...rollout.spec, template } };
}

function workloadOf({ kind, name }: WorkloadRef, { all, manifest }: Subject) {
  const found = objectsInReach(all, manifest, (object) => object.kind === kind && object.metadata.name === name);
  return found[0] as (typeof found)[number] & { spec?: { template?: NonNullable<Rollout['spec']['template']> } };
}
