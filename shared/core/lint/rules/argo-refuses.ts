/** What the Rollout controller refuses, in its own words. The checks themselves are those of the engine. */
import { dryRunMetrics } from '../../analysis/dry-run.ts';
import { rulesByMetric } from '../../analysis/metric-rules.ts';
import { metricsProblem } from '../../analysis/validate.ts';
import { InvalidSpecError } from '../../errors.ts';
import { specProblems } from '../../rollout/validate-spec.ts';
import { strategyProblems } from '../../rollout/validate-strategy.ts';
import { unsupportedFields } from '../../rollout/validate-support.ts';
import type { Problem } from '../finding.ts';
import { pathOfFieldError } from '../field-path.ts';
import { fixOf } from '../fixes.ts';
import { argoKindOf } from '../manifest.ts';
import { analysisSpecOf, metricsOf, settledMetric } from '../metrics-of.ts';
import { inRollouts, type Rule } from '../rule.ts';

export const INVALID_ROLLOUT: Rule = {
  id: 'invalid-rollout',
  severity: 'error',
  tells: "what Argo's validation refuses, in its words",
  because: 'The controller sets the condition InvalidSpec and does nothing else with the Rollout.',
  find: inRollouts((rollout) =>
    [...specProblems(rollout), ...strategyProblems(rollout)].map((message) => ({
      path: pathOfFieldError(message, rollout),
      message,
      fix: fixOf(message),
    })),
  ),
};

export const NOT_YET_IN_WEIR: Rule = {
  id: 'not-yet-in-weir',
  severity: 'warning',
  tells: "a field that Argo's controller knows and Weir's does not yet",
  because: 'Where Weir moves Rollouts, it refuses this one by name instead of skipping a part of it.',
  find: inRollouts((rollout) =>
    unsupportedFields(rollout).map((message) => ({
      path: pathOfFieldError(message, rollout),
      message,
      fix: "leave this Rollout to Argo's controller, or do without the field",
    })),
  ),
};

export const INVALID_ANALYSIS: Rule = {
  id: 'invalid-analysis',
  severity: 'error',
  tells: "metrics that Argo's validation refuses, in its words",
  because: 'Every AnalysisRun made from it ends as Error without a measurement, and the release aborts.',
  find: ({ manifest: { object } }) => {
    const spec = analysisSpecOf(object);
    if (spec === undefined || onlyNamesOthers(spec)) return [];
    return [...eachMetricProblem(object), ...unmatchedRules(object)];
  },
};

function onlyNamesOthers(spec: { readonly templates?: readonly unknown[]; readonly metrics?: readonly unknown[] }) {
  return (spec.templates ?? []).length > 0 && (spec.metrics ?? []).length === 0;
}

type Object = Parameters<typeof metricsOf>[0];

/** One problem per metric: the check stops at the first, so each metric is shown with those before it left valid. */
function eachMetricProblem(object: Object): readonly Problem[] {
  const uses = metricsOf(object);
  if (uses.length === 0) return [told('no metrics specified', ['spec', 'metrics'])];
  const names = uses.map(({ metric }) => metric.name);
  return uses.flatMap((use, index) => {
    const isRepeated = names.indexOf(use.metric.name) < index;
    const text = isRepeated ? `metrics[0]: duplicate name '${use.metric.name}'` : metricsProblem([settledMetric(use)]);
    if (text === undefined) return [];
    const field = /: (?:invalid )?(\w+)/.exec(text)?.[1] ?? '';
    return [told(text.replace('metrics[0]', `metrics[${index}]`), [...use.path, FIELD_OF[field] ?? field])];
  });
}

/** Words that messages begin with, where these are no field names. */
const FIELD_OF: Readonly<Record<string, string>> = {
  no: 'provider',
  multiple: 'provider',
  duplicate: 'name',
  startDelay: 'initialDelay',
};

/** Rules of a template may match metrics of the templates that it is combined with: only a run's rules are final. */
function unmatchedRules(object: Object): readonly Problem[] {
  const { metrics = [], dryRun = [], measurementRetention = [] } = analysisSpecOf(object) ?? {};
  if (argoKindOf(object) !== 'AnalysisRun') return [];
  const names = metrics.map(({ name }) => name);
  return [
    ...refused('dryRun', () => dryRunMetrics(dryRun, metrics)),
    ...refused('measurementRetention', () => rulesByMetric('measurementRetention', measurementRetention, names)),
  ];
}

function refused(field: string, check: () => unknown): readonly Problem[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof InvalidSpecError)) throw error;
    const index = Number(/\[(\d+)\]/.exec(error.message)?.[1] ?? 0);
    return [told(error.message, ['spec', field, index, 'metricName'])];
  }
}

function told(message: string, path: Problem['path']): Problem {
  return { path, message, fix: fixOf(message) };
}
