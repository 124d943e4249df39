/** successCondition and failureCondition. */
import {
  calls,
  conditionsOf,
  errorOf,
  nothingFrom,
  offsetOf,
  readable,
  samplesFor,
  textProblem,
  verdictOf,
} from '../conditions.ts';
import { providersGiven } from '../../analysis/provider-of.ts';
import type { MeasuredValue } from '../../expr/measured-value.ts';
import type { MetricUse } from '../metrics-of.ts';
import { queryOf } from '../queries.ts';
import { inMetrics, type Rule } from '../rule.ts';

export const BROKEN_CONDITION: Rule = {
  id: 'broken-condition',
  severity: 'error',
  tells: 'a condition that does not parse, or does not fit the type that its provider hands over',
  because: 'Every measurement is an Error; after five of them the analysis ends as Error and the release aborts.',
  find: inMetrics((use, { readers }) => {
    const samples = samplesFor(use.metric, queryOf(use, readers)?.facts);
    return conditionsOf(use).flatMap(({ field, path, written }) => {
      const error = textProblem(written, use.args, samples);
      if (error === undefined) return [];
      const fix = fixFor(error.message, samples);
      return [{ path, within: offsetOf(written, error), message: `${field}: ${error.located}`, fix }];
    });
  }),
};

function fixFor(message: string, samples: readonly MeasuredValue[]): string {
  const isVector = samples[0]?.kind === 'vector';
  if (isVector && message.includes('[]float64'))
    return 'result is a list of numbers: compare result[0], or use all(result, …)';
  if (message.includes('expected bool')) return 'write a condition: a comparison such as result[0] >= 0.95';
  return 'correct the condition; weir eval --condition tries one out';
}

export const EMPTY_RESULT: Rule = {
  id: 'empty-result',
  severity: 'warning',
  tells: 'a condition that fails when there is no data, such as `result[0]` of a vector that may be empty',
  because:
    'No traffic, a new metric or a typo in a label gives no data: the measurement is an Error, and after five of them the release aborts.',
  find: inMetrics((use, { readers }) => {
    const facts = queryOf(use, readers)?.facts;
    const nothing = nothingFrom(use.metric, facts);
    if (nothing === undefined) return [];
    const samples = samplesFor(use.metric, facts);
    return conditionsOf(use).flatMap(({ field, path, written }) => {
      const text = readable(written, use.args, samples);
      const error = textProblem(written, use.args, samples) === undefined ? errorOf(text, nothing) : undefined;
      if (error === undefined) return [];
      const place = text.length === written.length ? { within: offsetOf(text, error) } : {};
      return [
        {
          path,
          ...place,
          message: `${field} fails when there is no data: ${error.message}`,
          fix: guardAgainst(nothing),
        },
      ];
    });
  }),
};

function guardAgainst(nothing: MeasuredValue): string {
  if (nothing.kind === 'nil') return 'without data result is nil: use default(result, 0), or (result ?? 0)';
  return 'begin with len(result) > 0 && …, or let the query end in "or vector(0)" if no data means zero';
}

export const NAN_UNGUARDED: Rule = {
  id: 'nan-unguarded',
  severity: 'warning',
  tells: 'a query that may answer NaN (0/0, a quantile of nothing), and no condition that asks isNaN',
  because:
    'Every comparison with NaN is false: without traffic the verdict is an accident of how the condition is written.',
  find: inMetrics((use, { readers }) => {
    const query = queryOf(use, readers);
    if (query?.facts.state !== 'read' || !query.facts.mayBeNaN) return [];
    const samples = samplesFor(use.metric, query.facts);
    const conditions = conditionsOf(use).map((condition) => ({
      ...condition,
      text: readable(condition.written, use.args, samples),
    }));
    const [first] = conditions;
    if (first === undefined || conditions.some(({ text }) => calls(text, 'isNaN'))) return [];
    const value = query.facts.yields === 'scalar' ? 'result' : 'result[0]';
    return [
      {
        path: first.path,
        message: `the query may answer NaN, which counts as ${verdictOnNaN(conditions, query.facts.yields)}`,
        fix: `decide what no traffic means: !isNaN(${value}) && … in successCondition, and in failureCondition too`,
      },
    ];
  }),
};

function verdictOnNaN(
  conditions: readonly { readonly field: string; readonly text: string }[],
  yields: 'scalar' | 'vector',
): string {
  const nan: MeasuredValue =
    yields === 'scalar' ? { kind: 'scalar', value: Number.NaN } : { kind: 'vector', values: [Number.NaN] };
  const verdict = (field: string) => {
    const found = conditions.find((condition) => condition.field === field);
    return found === undefined ? undefined : verdictOf(found.text, nan);
  };
  const [success, failure] = [verdict('successCondition'), verdict('failureCondition')];
  if (failure === true) return 'a failure';
  if (success === true || (success === undefined && failure === false)) return 'a success';
  return success === false && failure === false ? 'inconclusive' : 'a failure';
}

export const NO_CONDITION: Rule = {
  id: 'no-condition',
  severity: 'warning',
  tells: 'a metric without successCondition and failureCondition',
  because: 'Whatever is measured counts as a success.',
  find: inMetrics((use) =>
    conditionsOf(use).length > 0 || judgesItself(use)
      ? []
      : [
          {
            path: use.path,
            message: `metric ${use.metric.name} succeeds whatever it measures`,
            fix: 'add successCondition, such as result[0] >= 0.95',
          },
        ],
  ),
};

/** Jobs and Kayenta bring a verdict, plugins may. */
function judgesItself({ metric }: MetricUse): boolean {
  const given = providersGiven(metric);
  return given.length === 0 || (['job', 'kayenta', 'plugin'] as const).some((name) => given.includes(name));
}
