/** A test of templates: one run of them, as an owner would create it. */
import { collectTemplates, type TemplateLookup } from '../analysis/collect-templates.ts';
import { mergeTemplates } from '../analysis/merge-templates.ts';
import { planMeasurements } from '../analysis/measure.ts';
import { ARGO_API_VERSION, type AnalysisRun } from '../resources/argo.ts';
import { START, type Subject } from './start.ts';
import { knownTemplates, lookupOf } from './templates.ts';
import { blamedOn, CaseProblem, type AnalysisSubject, type Manifests, type TestCase } from './test-case.ts';
import { created, EMPTY_WORLD, NAMESPACE, withObject } from './world.ts';

const RUN = 'run';

/** @throws CaseProblem for what is missing, or would end the run before its first measurement */
export function analysisSubject(
  subject: AnalysisSubject,
  { secrets, orders }: TestCase,
  manifests: Manifests,
): Subject {
  const run = runOf(subject, lookupOf(manifests));
  const plan = planMeasurements(run, secrets, START);
  if (plan.state === 'invalid') throw new CaseProblem(['analysis'], plan.message);
  const world = withObject(EMPTY_WORLD, run);
  return {
    start: { world, now: START, pods: new Map(), readyAfter: 0, orders },
    metrics: plan.metrics.map(({ name }) => name),
  };
}

function runOf(
  { templates, args, dryRun, measurementRetention }: AnalysisSubject,
  lookup: TemplateLookup,
): AnalysisRun {
  const found = blamedOn(['analysis', 'templates'], knownTemplates(lookup), () => collectTemplates(templates, lookup));
  const declared = new Set([...found.templates, ...found.clusterTemplates].flatMap(({ spec }) => argumentNames(spec)));
  const unknown = args.findIndex(({ name }) => !declared.has(name));
  if (unknown !== -1) {
    const names = [...declared].join(', ') || 'none';
    const text = `no template declares the argument "${args[unknown]!.name}"; declared: ${names}`;
    throw new CaseProblem(['analysis', 'args', unknown], text);
  }
  const settings = { args, dryRun, measurementRetention };
  const spec = blamedOn(['analysis'], 'analysis.args gives values', () => mergeTemplates(found, settings));
  return created<AnalysisRun>(
    { apiVersion: ARGO_API_VERSION, kind: 'AnalysisRun', metadata: { name: RUN, namespace: NAMESPACE }, spec },
    START,
  );
}

function argumentNames({ args = [] }: Manifests['templates'][number]['spec']): readonly string[] {
  return args.map(({ name }) => name);
}
