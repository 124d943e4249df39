/** What version 1 answers: the last point of the first series. analysis §18.3 */
import * as z from 'zod/mini';
import type { Reading } from '#core/analysis/reading.ts';
import type { JsonValue } from '#core/json.ts';
import { formatFloat, formatJson } from '../number-text.ts';
import { ReadingError } from '../provider.ts';

const list = <T extends z.core.$ZodType>(item: T) => z.optional(z.nullable(z.array(item)));
const seriesAnswer = z.object({
  series: list(z.object({ pointlist: list(z.array(z.nullable(z.number()))) })),
});

/** @throws ReadingError for an answer that is no list of series */
export function readSeriesAnswer(json: JsonValue): Reading {
  const answer = seriesAnswer.safeParse(json);
  if (!answer.success) throw new ReadingError('Could not parse JSON body: not an answer of the v1 query API');
  const { series } = answer.data;
  const points = series?.[0]?.pointlist ?? [];
  const last = points.at(-1);
  if (last === undefined) {
    const shown = series?.map(({ pointlist }) => ({ pointlist: pointlist ?? null })) ?? null;
    return { kind: 'value', value: { kind: 'nil' }, text: formatJson(shown) };
  }
  const [time, value] = last;
  if (last.length !== 2 || typeof time !== 'number' || typeof value !== 'number') {
    throw new ReadingError('Datapoint does not have 2 values');
  }
  return { kind: 'value', value: { kind: 'scalar', value }, text: formatFloat(value) };
}
