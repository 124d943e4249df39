/** The objects that a Rollout refers to: there, and fit for it. engine §3 "Referenced objects". */
import { collectTemplates, type Template, type TemplateLookup } from '../analysis/collect-templates.ts';
import { endlessProblems, suppliedProblems } from '../analysis/finite.ts';
import { mergeTemplates } from '../analysis/merge-templates.ts';
import { InvalidSpecError } from '../errors.ts';
import type { Rollout } from '../resources/argo.ts';
import { MANAGED_BY, POD_TEMPLATE_HASH } from '../resources/keys.ts';
import type { RolloutAnalysis } from './analysis-runs.ts';
import { invalid } from './field-error.ts';
import type { RolloutSnapshot } from './snapshot.ts';
import { templateLookup } from './template-lookup.ts';
import { routingProblems } from './validate-routing.ts';

type Problems = readonly string[];

/** Missing objects first; what is in them is looked at only when all are there. */
export function referenceProblems(snapshot: RolloutSnapshot): Problems {
  const lookup = templateLookup(snapshot);
  const analyses = analysesOf(snapshot.rollout);
  const routing = routingProblems(snapshot);
  const missing = [
    ...missingServices(snapshot),
    ...analyses.flatMap((use) => missingTemplates(use, lookup)),
    ...routing.missing,
  ];
  if (missing.length > 0) return missing;
  return [...unfitServices(snapshot), ...analyses.flatMap((use) => unfitTemplates(use, lookup)), ...routing.unfit];
}

interface ServiceUse {
  readonly path: string;
  readonly name: string;
  /** That the pods behind it carry while they play their part: a Service may select these as well. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

function servicesOf({ spec }: Rollout): readonly ServiceUse[] {
  const { blueGreen, canary } = spec.strategy ?? {};
  const uses = [
    { at: 'blueGreen.activeService', name: blueGreen?.activeService, labels: blueGreen?.activeMetadata?.labels },
    { at: 'blueGreen.previewService', name: blueGreen?.previewService, labels: blueGreen?.previewMetadata?.labels },
    { at: 'canary.stableService', name: canary?.stableService, labels: canary?.stableMetadata?.labels },
    { at: 'canary.canaryService', name: canary?.canaryService, labels: canary?.canaryMetadata?.labels },
    { at: 'canary.pingPong.pingService', name: canary?.pingPong?.pingService },
    { at: 'canary.pingPong.pongService', name: canary?.pingPong?.pongService },
  ];
  return uses.flatMap(({ at, name = '', labels }) =>
    name === '' ? [] : [{ path: `spec.strategy.${at}`, name, labels }],
  );
}

function missingServices({ rollout, services }: RolloutSnapshot): Problems {
  return servicesOf(rollout)
    .filter(({ name }) => !services.some(({ metadata }) => metadata.name === name))
    .map(({ path, name }) => invalid(path, name, `service ${JSON.stringify(name)} not found`));
}

function unfitServices({ rollout, services }: RolloutSnapshot): Problems {
  const own = rollout.spec.template?.metadata?.labels ?? {};
  return servicesOf(rollout).flatMap(({ path, name, labels = {} }) => {
    const service = services.find(({ metadata }) => metadata.name === name);
    const owner = service?.metadata.annotations?.[MANAGED_BY];
    const shown = JSON.stringify(name);
    const foreign = Object.entries(service?.spec?.selector ?? {})
      .filter(([key, value]) => key !== POD_TEMPLATE_HASH && own[key] !== value && labels[key] !== value)
      .map(([key]) => invalid(path, name, `Service ${shown} has unmatch label ${JSON.stringify(key)} in rollout`));
    const taken = owner !== undefined && owner !== rollout.metadata.name;
    return [...foreign, ...(taken ? [invalid(path, name, `Service ${shown} is managed by another Rollout`)] : [])];
  });
}

interface AnalysisUse {
  readonly path: string;
  readonly analysis: RolloutAnalysis;
  readonly background: boolean;
}

function analysesOf({ spec }: Rollout): readonly AnalysisUse[] {
  const { blueGreen, canary } = spec.strategy ?? {};
  const steps = (canary?.steps ?? []).map((step, index) => ({
    at: `canary.steps[${index}].analysis`,
    analysis: step.analysis,
  }));
  const uses = [
    ...steps,
    { at: 'canary.analysis', analysis: canary?.analysis },
    { at: 'blueGreen.prePromotionAnalysis', analysis: blueGreen?.prePromotionAnalysis },
    { at: 'blueGreen.postPromotionAnalysis', analysis: blueGreen?.postPromotionAnalysis },
  ];
  return uses.flatMap(({ at, analysis }) =>
    analysis === undefined
      ? []
      : [{ path: `spec.strategy.${at}.templates`, analysis, background: at === 'canary.analysis' }],
  );
}

/** Those that templates name in turn are followed; a cycle is told when the templates are combined. */
function missingTemplates({ path, analysis }: AnalysisUse, lookup: TemplateLookup): Problems {
  const seen = new Set<string>();
  const visit = (ref: { templateName?: string; clusterScope?: boolean }, at: string): Problems => {
    const name = ref.templateName ?? '';
    const [kind, templates] =
      ref.clusterScope === true
        ? (['ClusterAnalysisTemplate', lookup.clusterTemplates] as const)
        : (['AnalysisTemplate', lookup.templates] as const);
    if (seen.has(`${kind}/${name}`)) return [];
    seen.add(`${kind}/${name}`);
    const template = templates.get(name);
    if (template === undefined) return [invalid(at, name, `${kind} '${name}' not found`)];
    return (template.spec.templates ?? []).flatMap((nested) => visit(nested, 'spec.templates'));
  };
  return (analysis.templates ?? []).flatMap((ref) => visit(ref, path));
}

function unfitTemplates(use: AnalysisUse, lookup: TemplateLookup): Problems {
  const { path, analysis, background } = use;
  const refs = analysis.templates ?? [];
  if (refs.length === 0) return [];
  let names = refs.map(({ templateName }) => templateName ?? '');
  try {
    const set = collectTemplates(refs, lookup);
    const templates: readonly Template[] = [...set.templates, ...set.clusterTemplates];
    names = templates.map(({ metadata }) => metadata.name);
    const given = (analysis.args ?? []).map(({ name }) => ({ name, value: '' }));
    const { dryRun = [], measurementRetention = [] } = analysis;
    mergeTemplates(set, { args: given, dryRun, measurementRetention });
    return templates.flatMap((template) => {
      const problems = background ? suppliedProblems(template, analysis.args) : endlessProblems(template);
      return problems.map((problem) => invalid(path, template.metadata.name, problem));
    });
  } catch (error) {
    if (!(error instanceof InvalidSpecError)) throw error;
    return [invalid(path, `templateNames: [${names.join(' ')}]`, error.message)];
  }
}
