/** `sum by (le) (…)` and its like: one element per group of labels. */
import { dropLabels, keepLabels, labelKey, METRIC_NAME, type LabelChoice, type Labels } from './labels.ts';
import type { Element } from './value.ts';

/** Each gets the values of one group: at least one. */
const OPERATORS = {
  sum: sumOf,
  avg: averageOf,
  min: minimumOf,
  max: maximumOf,
  count: (values: readonly number[]) => values.length,
  group: () => 1,
} as const;

export type AggregationOperator = keyof typeof OPERATORS;

export function isAggregationOperator(text: string): text is AggregationOperator {
  return Object.hasOwn(OPERATORS, text);
}

export function aggregate(
  operator: AggregationOperator,
  grouping: LabelChoice,
  elements: readonly Element[],
): readonly Element[] {
  const groups = Map.groupBy(elements, (element) => labelKey(groupOf(element.labels, grouping)));
  return [...groups.values()].map((members) => ({
    labels: groupOf(members[0]?.labels ?? {}, grouping),
    value: OPERATORS[operator](members.map((member) => member.value)),
  }));
}

/** The labels that stay; the metric's name only where it is asked for. */
function groupOf(labels: Labels, grouping: LabelChoice): Labels {
  if (grouping.mode === 'only') return keepLabels(labels, grouping.names);
  return dropLabels(labels, [...grouping.names, METRIC_NAME]);
}

export function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

export function averageOf(values: readonly number[]): number {
  return sumOf(values) / values.length;
}

/** NaN only where there is nothing else. */
export function minimumOf(values: readonly number[]): number {
  return values.reduce((least, value) => (value < least || Number.isNaN(least) ? value : least));
}

export function maximumOf(values: readonly number[]): number {
  return values.reduce((most, value) => (value > most || Number.isNaN(most) ? value : most));
}
