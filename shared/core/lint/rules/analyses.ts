/** What judges a release. */
import type { Rollout } from '../../resources/argo.ts';
import { analysesOf, type AnalysisUse } from '../analyses-of.ts';
import type { Problem } from '../finding.ts';
import { isExperiment, isRollout, isTemplate } from '../manifest.ts';
import { metricsOf } from '../metrics-of.ts';
import { nearestName } from '../nearest.ts';
import { inRollouts, type Rule, type Subject } from '../rule.ts';
import { templatesOf } from '../uses-template.ts';

export const NO_ANALYSIS: Rule = {
  id: 'no-analysis',
  severity: 'info',
  tells: 'a Rollout that no analysis judges',
  because: 'Only people and alerts stop a bad version.',
  find: inRollouts((rollout) => {
    const { canary, blueGreen } = rollout.spec.strategy ?? {};
    const experiments = (canary?.steps ?? []).some(({ experiment }) => (experiment?.analyses ?? []).length > 0);
    if (analysesOf(rollout).length > 0 || experiments || (canary ?? blueGreen) === undefined) return [];
    const path = ['spec', 'strategy', canary === undefined ? 'blueGreen' : 'canary'];
    const fix =
      canary === undefined ? 'add prePromotionAnalysis' : 'add analysis with a template that measures the canary';
    return [{ path, message: 'no analysis judges the new version', fix }];
  }),
};

export const SINGLE_METRIC: Rule = {
  id: 'single-metric',
  severity: 'warning',
  tells: 'a release that one metric alone decides on',
  because: 'What that metric does not see reaches everybody: errors without latency, latency without saturation.',
  find: (subject) => [...singleOfRollout(subject), ...singleOfTemplate(subject)],
};

const MORE = 'add another: request rate, errors, latency, saturation, and one that the business counts in';

const singleOfRollout = inRollouts((rollout, subject) => {
  const uses = analysesOf(rollout);
  const sets = uses.map(({ analysis }) => templatesOf(analysis, subject));
  const [first] = uses;
  // What is not among the files may hold any number of metrics.
  if (first === undefined || sets.includes(undefined)) return [];
  const templates = new Set(sets.flatMap((set) => set ?? []));
  const metrics = [...templates].flatMap((template) => template.spec.metrics ?? []);
  if (metrics.length !== 1) return [];
  const message = `metric ${metrics[0]?.name ?? ''} alone decides on the release`;
  return [{ path: [...first.path, 'templates'], message, fix: MORE }];
});

/** A template by itself, given without whoever uses it. */
function singleOfTemplate({ manifest: { object }, all }: Subject): readonly Problem[] {
  const hasUser = all.some((other) => isRollout(other.object) || isExperiment(other.object));
  const given = all.flatMap((other) => metricsOf(other.object));
  const metrics = isTemplate(object) ? metricsOf(object) : [];
  const [only] = metrics;
  if (hasUser || given.length !== 1 || only === undefined) return [];
  return [{ path: only.path, message: `metric ${only.metric.name} is the only one given`, fix: MORE }];
}

export const IGNORED_ARGUMENT: Rule = {
  id: 'ignored-argument',
  severity: 'warning',
  tells: 'an argument that a Rollout passes and none of its templates declares',
  because: 'It is dropped without a word; often its name is misspelt.',
  find: inRollouts((rollout: Rollout, subject) => analysesOf(rollout).flatMap((use) => ignoredIn(use, subject))),
};

function ignoredIn({ path, analysis }: AnalysisUse, subject: Subject): readonly Problem[] {
  const templates = templatesOf(analysis, subject);
  if (templates === undefined) return [];
  const declared = templates.flatMap(({ spec }) => (spec.args ?? []).map(({ name }) => name));
  return (analysis.args ?? []).flatMap(({ name }, index) => {
    if (declared.includes(name)) return [];
    const meant = nearestName(name, declared);
    const fix = meant === undefined ? 'declare it in spec.args of a template, or remove it' : `did you mean ${meant}?`;
    return [{ path: [...path, 'args', index], message: `no template declares the argument ${name}`, fix }];
  });
}
