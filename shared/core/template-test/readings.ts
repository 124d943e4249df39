/** What a test's answers look like when the metric's own provider gives them. analysis §18 */
import { providerOf, type ProviderName } from '../analysis/provider-of.ts';
import type { Reading } from '../analysis/reading.ts';
import type { MeasuredValue } from '../expr/measured-value.ts';
import type { JsonValue } from '../json.ts';
import type { Metric } from '../resources/argo.ts';
import type { Instant } from '../time.ts';
import { CaseProblem, type Answer, type Series } from './test-case.ts';

/** @param index from 0, of the measurements of this metric */
export function answerOf(series: Series, index: number): Answer {
  let end = 0;
  for (const { answer, times } of series) {
    end += times;
    if (index < end) return answer;
  }
  return series.at(-1)!.answer;
}

/** @throws CaseProblem for an answer that the metric's provider never gives */
export function readingOf(answer: Answer, metric: Metric, now: Instant): Reading {
  switch (answer.kind) {
    case 'error':
      return answer;
    case 'verdict':
      return { kind: 'verdict', phase: answer.phase };
    case 'empty':
      return nothing(metric);
    case 'value':
      return { kind: 'value', value: valueFor(metric, answer.value, now), text: textFor(metric, answer.value) };
  }
}

/** Providers for which the absence of data is an error of their own. */
const REFUSED_EMPTY: Partial<Record<ProviderName, string>> = {
  graphite: 'no values found',
  wavefront: 'No TimeSeries found in response from Wavefront',
};

function nothing(metric: Metric): Reading {
  const provider = providerOf(metric);
  const refused = provider && REFUSED_EMPTY[provider];
  if (refused !== undefined) return { kind: 'error', message: refused };
  switch (provider) {
    case 'prometheus':
      return { kind: 'value', value: { kind: 'vector', values: [] }, text: '[]' };
    case 'influxdb':
      return { kind: 'value', value: { kind: 'records', values: [] }, text: '[]' };
    case 'cloudWatch':
      return { kind: 'value', value: { kind: 'metric-data', results: [] }, text: '[]' };
    default:
      return { kind: 'value', value: { kind: 'nil' }, text: '' };
  }
}

function valueFor(metric: Metric, value: JsonValue, now: Instant): MeasuredValue {
  const numbers = () => numbersOf(value, metric);
  switch (providerOf(metric)) {
    case 'prometheus':
    case 'graphite':
      return { kind: 'vector', values: numbers() };
    case 'datadog':
    case 'wavefront':
      return Array.isArray(value) ? { kind: 'vector', values: numbers() } : { kind: 'scalar', value: numbers()[0]! };
    case 'influxdb':
      return { kind: 'records', values: numbers().map((number) => ({ kind: 'float', value: number })) };
    case 'cloudWatch':
      return {
        kind: 'metric-data',
        results: [{ statusCode: 'Complete', timestamps: [now], values: numbers(), messages: [] }],
      };
    case 'job':
    case 'kayenta':
      throw new CaseProblem(
        ['results', metric.name],
        `metric "${metric.name}" is judged by its provider: answer with Successful, Failed, Error or Inconclusive`,
      );
    default:
      return { kind: 'json', json: value };
  }
}

function numbersOf(value: JsonValue, metric: Metric): readonly number[] {
  const values = Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
  if (values.every((entry) => typeof entry === 'number')) return values;
  throw new CaseProblem(
    ['results', metric.name],
    `metric "${metric.name}" is measured by ${providerOf(metric)}, which answers with numbers, not ${valueText(value)}`,
  );
}

function textFor(metric: Metric, value: JsonValue): string {
  const listed = providerOf(metric) === 'prometheus' && !Array.isArray(value);
  return listed ? `[${valueText(value)}]` : valueText(value);
}

/** JSON, with the words that it has no numbers for. */
export function valueText(value: JsonValue): string {
  if (typeof value === 'number') return numberText(value);
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(valueText).join(',')}]`;
  return `{${Object.entries(value)
    .map(([key, member]) => `${JSON.stringify(key)}:${valueText(member)}`)
    .join(',')}}`;
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}
