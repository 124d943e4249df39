/** What GetMetricData answers, page after page, as one reading. analysis §18.6 */
import type { GetMetricDataOutput, MessageData, MetricDataResult as SdkResult } from '@aws-sdk/client-cloudwatch';
import type { Reading } from '#core/analysis/reading.ts';
import type { MetricDataResult } from '#core/expr/measured-value.ts';
import { formatPlain } from '../number-text.ts';
import { ReadingError } from '../provider.ts';

/** @throws ReadingError for pages that hold no results */
export function readingFrom(pages: readonly GetMetricDataOutput[]): Reading {
  const results = joined(pages.flatMap(resultsOf).map(metricDataResult));
  const told = pages.flatMap(({ Messages }) => Messages ?? []);
  return {
    kind: 'value',
    value: { kind: 'metric-data', results },
    text: `[${results.map(({ values }) => `[${values.map(formatPlain).join(' ')}]`).join(' ')}]`,
    ...(told.length > 0 && { metadata: { messages: `[${told.map(messageText).join(' ')}]` } }),
  };
}

function resultsOf({ MetricDataResults: results }: GetMetricDataOutput): readonly SdkResult[] {
  if (Array.isArray(results) && results.every(isResult)) return results;
  throw new ReadingError('CloudWatch: not an answer of GetMetricData');
}

/** The SDK hands on what is there, whatever its types promise. */
function isResult(result: unknown): boolean {
  if (typeof result !== 'object' || result === null) return false;
  const { Values: values = [] } = result as { Values?: unknown };
  return Array.isArray(values) && values.every((value) => typeof value === 'number');
}

function metricDataResult({ Id, Label, StatusCode, Timestamps, Values, Messages }: SdkResult): MetricDataResult {
  return {
    ...(Id !== undefined && { id: Id }),
    ...(Label !== undefined && { label: Label }),
    statusCode: StatusCode ?? '',
    timestamps: (Timestamps ?? []).map((timestamp) => timestamp.getTime()),
    values: Values ?? [],
    messages: (Messages ?? []).map(({ Code, Value }) => ({
      ...(Code !== undefined && { code: Code }),
      ...(Value !== undefined && { value: Value }),
    })),
  };
}

/** A page may go on with a series that the page before began: one id may have several series, told apart by label. */
function joined(parts: readonly MetricDataResult[]): readonly MetricDataResult[] {
  const series = Map.groupBy(parts, ({ id = '', label = '' }) => JSON.stringify([id, label]));
  return [...series.values()].map((of) => of.reduce(continued));
}

/** The later part knows whether the series is complete. */
function continued(before: MetricDataResult, after: MetricDataResult): MetricDataResult {
  return {
    ...before,
    statusCode: after.statusCode,
    timestamps: [...before.timestamps, ...after.timestamps],
    values: [...before.values, ...after.values],
    messages: [...before.messages, ...after.messages],
  };
}

function messageText({ Code = '', Value = '' }: MessageData): string {
  return `{Code:${Code} Value:${Value}}`;
}
