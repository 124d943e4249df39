/** What expressions yield, and what they are evaluated over. */
import type { Instant } from '#core/time.ts';
import { QueryError } from './errors.ts';
import { dropLabels, formatLabels, labelKey, METRIC_NAME, type Labels } from './labels.ts';
import type { Matcher } from './matchers.ts';

/** One scraped value. Without a value it is a stale marker: the series ended here. */
export interface Sample {
  readonly at: Instant;
  readonly value: number | undefined;
}

/** A sample that has a value. */
export interface Point {
  readonly at: Instant;
  readonly value: number;
}

export interface Series {
  readonly labels: Labels;
  /** By time, oldest first. */
  readonly samples: readonly Sample[];
}

/** Where the series come from. */
export interface SeriesSource {
  select(matchers: readonly Matcher[]): readonly Series[];
}

/** One element of an instant vector. */
export interface Element {
  readonly labels: Labels;
  readonly value: number;
}

/** One element of a range vector: what a series showed in (from, to]. */
export interface Window {
  readonly labels: Labels;
  readonly points: readonly Point[];
  readonly from: Instant;
  readonly to: Instant;
}

export type Value =
  | { readonly type: 'scalar'; readonly value: number }
  | { readonly type: 'instant vector'; readonly elements: readonly Element[] }
  | { readonly type: 'range vector'; readonly windows: readonly Window[] };

export type ValueType = Value['type'];

export function scalar(value: number): Value {
  return { type: 'scalar', value };
}

export function vector(elements: readonly Element[]): Value {
  return { type: 'instant vector', elements };
}

/** The parts of a value whose type the parser has checked. */
export function numberOf(value: Value | undefined): number {
  if (value?.type !== 'scalar') throw new TypeError(`expected a scalar, got ${value?.type}`);
  return value.value;
}

export function elementsOf(value: Value | undefined): readonly Element[] {
  if (value?.type !== 'instant vector') throw new TypeError(`expected an instant vector, got ${value?.type}`);
  return value.elements;
}

export function windowsOf(value: Value | undefined): readonly Window[] {
  if (value?.type !== 'range vector') throw new TypeError(`expected a range vector, got ${value?.type}`);
  return value.windows;
}

/**
 * What is computed from a series is not that metric any more.
 * @throws QueryError when two series differ in nothing but the name
 */
export function withoutName(elements: readonly Element[]): readonly Element[] {
  const seen = new Set<string>();
  return elements.map(({ labels, value }) => {
    const rest = dropLabels(labels, [METRIC_NAME]);
    const key = labelKey(rest);
    if (seen.has(key)) {
      throw new QueryError('execution', `vector cannot contain metrics with the same labelset: ${formatLabels(rest)}`);
    }
    seen.add(key);
    return { labels: rest, value };
  });
}
