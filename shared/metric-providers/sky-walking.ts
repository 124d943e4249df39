/** SkyWalking's GraphQL. analysis §18.9 */
import * as z from 'zod/mini';
import type { Reading } from '#core/analysis/reading.ts';
import { parseDuration } from '#core/duration.ts';
import type { JsonValue } from '#core/json.ts';
import { SECOND, type Instant } from '#core/time.ts';
import type { HttpAnswer } from '../http.ts';
import { headersOf } from '../http-headers.ts';
import type { MetricProvider } from '../ports.ts';
import { parseJson } from './json-text.ts';
import { formatJson } from './number-text.ts';
import { askOrFail, MAX_ANSWER_BYTES, readingOf, ReadingError, type ProviderContext } from './provider.ts';

const TIMEOUT = 30 * SECOND;

const graphAnswer = z.object({
  data: z.optional(z.unknown()),
  errors: z.optional(z.array(z.object({ message: z.string() }))),
});

export function createSkyWalkingProvider({ transport, startDeadline }: ProviderContext): MetricProvider {
  return {
    type: 'SkyWalking',
    read: ({ metric, now }, signal) =>
      readingOf(async () => {
        const { address = '', query = '', interval = '' } = metric.provider.skywalking ?? {};
        const length = parseDuration(interval);
        if (!length.ok) throw new ReadingError(length.error);
        const duration = { start: minuteText(now - length.ms), end: minuteText(now), step: 'MINUTE' };
        const answer = await askOrFail(transport, {
          deadline: startDeadline(TIMEOUT),
          signal,
          maxBytes: MAX_ANSWER_BYTES,
          method: 'POST',
          url: `${address}/graphql`,
          headers: headersOf({ 'Content-Type': 'application/json; charset=utf-8', Accept: 'application/json' }),
          body: JSON.stringify({ query, variables: { duration } }),
        });
        return readingFrom(answer);
      }),
  };
}

/** `2024-01-31 1504`, in the zone that this process runs in: SkyWalking reads it in its own. */
function minuteText(instant: Instant): string {
  const local = new Date(instant);
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = `${local.getFullYear()}-${two(local.getMonth() + 1)}-${two(local.getDate())}`;
  return `${day} ${two(local.getHours())}${two(local.getMinutes())}`;
}

function readingFrom({ status, body }: HttpAnswer): Reading {
  const parsed = parseJson(body);
  const answer = graphAnswer.safeParse(parsed.ok ? parsed.json : undefined);
  const [problem] = answer.data?.errors ?? [];
  if (problem !== undefined) throw new ReadingError(`graphql: ${problem.message}`);
  if (status !== 200) throw new ReadingError(`graphql: server returned a non-200 status code: ${status}`);
  if (!parsed.ok) throw new ReadingError(parsed.error);
  const json = (answer.data?.data ?? null) as JsonValue;
  if (json === null) throw new ReadingError('no results returned from SkyWalking query');
  return { kind: 'value', value: { kind: 'json', json }, text: formatJson(json) };
}
