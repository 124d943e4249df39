/** What version 2 answers: one column of numbers, and the columns it is grouped by. analysis §18.3 */
import * as z from 'zod/mini';
import type { Reading } from '#core/analysis/reading.ts';
import type { JsonValue } from '#core/json.ts';
import { formatFloat, formatFloats, formatJson } from '../number-text.ts';
import { ReadingError } from '../provider.ts';

interface Row {
  readonly index: number;
  readonly value: number;
}

/** Beyond this many groups only the extremes are listed. */
const MAX_LISTED = 100;
const LISTED_PER_END = 50;

const column = z.object({
  name: z.optional(z.string()),
  type: z.optional(z.nullable(z.string())),
  values: z.optional(z.nullable(z.array(z.unknown()))),
});
const scalarAnswer = z.object({
  data: z.object({
    attributes: z.optional(z.object({ columns: z.optional(z.nullable(z.array(column))) })),
    errors: z.optional(z.unknown()),
  }),
});

type Column = z.infer<typeof column>;

/** @throws ReadingError for an answer that tells of errors, or whose values are no numbers */
export function readScalarAnswer(json: JsonValue): Reading {
  const answer = scalarAnswer.safeParse(json);
  if (!answer.success) throw new ReadingError('Could not parse JSON body: not an answer of the v2 scalar query API');
  const { attributes, errors } = answer.data.data;
  const told = typeof errors === 'string' ? errors : formatJson((errors ?? '') as JsonValue);
  if (told !== '' && told !== '""' && told !== '[]') throw new ReadingError(`There were errors in your query: ${told}`);
  const columns = attributes?.columns ?? [];
  const rows = rowsOf(columns.find(({ type }) => (type ?? '') === '' || type === 'number'));
  const groups = columns.filter(({ type }) => type === 'group');
  const [first] = rows;
  if (first === undefined) return { kind: 'value', value: { kind: 'nil' }, text: '[]' };
  if (groups.length > 0) return groupedReading(rows, groups);
  return { kind: 'value', value: { kind: 'scalar', value: first.value }, text: formatFloat(first.value) };
}

/** The numbers with their places; null is a gap. */
function rowsOf(found: Column | undefined): readonly Row[] {
  const { values, name = '' } = found ?? {};
  return (values ?? []).flatMap((value, index): readonly Row[] => {
    if (value === null) return [];
    if (typeof value === 'number') return [{ index, value }];
    const raw = formatJson(value as JsonValue);
    throw new ReadingError(`could not parse numeric value "${raw}" in column "${name}": not a number`);
  });
}

function groupedReading(rows: readonly Row[], groups: readonly Column[]): Reading {
  const values = rows.map(({ value }) => value);
  const named = rows.map(({ index, value }) => ({ name: labelOf(index, groups), value }));
  const sorted = named.length > MAX_LISTED ? named.toSorted((a, b) => a.value - b.value) : named;
  const truncated = named.length > MAX_LISTED;
  const listed = truncated ? [...sorted.slice(0, LISTED_PER_END), ...sorted.slice(-LISTED_PER_END)] : named;
  return {
    kind: 'value',
    value: { kind: 'vector', values },
    text: formatFloats(values),
    metadata: { groups: formatJson(listed), ...(truncated && { groups_truncated: 'true' }) },
  };
}

/** Tag values of one row over all group columns. */
function labelOf(index: number, groups: readonly Column[]): string {
  const labels = groups.flatMap(({ values }) => {
    const tags = values?.[index];
    if (!Array.isArray(tags) || tags.length === 0 || !tags.every((tag) => typeof tag === 'string')) {
      throw new ReadingError(`could not parse group label at index ${index}`);
    }
    return tags;
  });
  return labels.join(',');
}
