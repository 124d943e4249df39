import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { QueryError } from '../../../../../infra/local/metrics/promql/errors.ts';
import type { Labels } from '../../../../../infra/local/metrics/promql/labels.ts';
import { queryInstant, type QueryResult } from '../../../../../infra/local/metrics/promql/query.ts';
import type { Series } from '../../../../../infra/local/metrics/promql/value.ts';
import { sourceOf } from '../promql/series-of.ts';

/** Series, then what Prometheus' own engine (v0.315) answers over them: made with ask.go beside this file. */
const LINES = readFileSync(new URL('answers.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as StoredSeries | Answer);

interface StoredSeries {
  readonly labels: Labels;
  readonly samples: readonly (readonly [number, number | null])[];
}

interface Answer {
  readonly q: string;
  readonly at: number;
  readonly scalar?: string;
  readonly vector?: readonly (readonly [Labels, string])[];
  readonly error?: string;
}

const SERIES: readonly Series[] = LINES.filter((line) => 'samples' in line).map(({ labels, samples }) => ({
  labels,
  samples: samples.map(([at, value]) => ({ at, value: value ?? undefined })),
}));
const ANSWERS: readonly Answer[] = LINES.filter((line) => 'q' in line);

describe('what Prometheus answers', () => {
  it.each(ANSWERS.map((answer) => [answer.q, answer.at, answer] as const))('%s at %d', (_query, _at, answer) => {
    const found = outcomeOf(answer);
    if (answer.error !== undefined) expect(found).toBe(answer.error);
    else expect(rounded(found)).toEqual(rounded(expected(answer)));
  });

  it('has been asked', () => {
    expect(ANSWERS.length).toBeGreaterThan(300);
  });
});

function outcomeOf({ q, at }: Answer): unknown {
  try {
    return plain(queryInstant(q, at, sourceOf(...SERIES)));
  } catch (error) {
    if (error instanceof QueryError) return error.errorType;
    throw error;
  }
}

function plain(result: QueryResult): unknown {
  if (result.type === 'scalar') return result.value;
  return result.type === 'vector' ? result.elements.map(({ labels, value }) => [labels, value]) : result;
}

function expected({ scalar, vector }: Answer): unknown {
  if (scalar !== undefined) return numberOf(scalar);
  return vector?.map(([labels, value]) => [labels, numberOf(value)]);
}

function numberOf(text: string): number {
  return text.endsWith('Inf') ? Number(`${text}inity`) : Number(text);
}

/** To ten digits: the engines add in different orders. */
function rounded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rounded);
  return typeof value === 'number' ? Number(value.toPrecision(10)) + 0 : value;
}
