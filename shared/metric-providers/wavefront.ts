/** Wavefront's chart API. analysis §18.5 */
import * as z from 'zod/mini';
import type { Reading } from '#core/analysis/reading.ts';
import { SECOND, type Instant } from '#core/time.ts';
import type { HttpAnswer } from '../http.ts';
import { headersOf } from '../http-headers.ts';
import type { MetricProvider } from '../ports.ts';
import { encodeForm } from './form.ts';
import { parseJson } from './json-text.ts';
import { formatFixed } from './number-text.ts';
import { askOrFail, MAX_ANSWER_BYTES, ReadingError, withoutSecrets, type ProviderContext } from './provider.ts';

const TOKENS_SECRET = 'wavefront-api-tokens';
const TIMEOUT = 10 * SECOND;

const point = z.tuple([z.number(), z.number()]);
const chartAnswer = z.object({
  timeseries: z.optional(z.nullable(z.array(z.object({ data: z.array(point) })))),
  warnings: z.optional(z.nullable(z.string())),
});

type Point = z.infer<typeof point>;

export function createWavefrontProvider(context: ProviderContext): MetricProvider {
  return {
    type: 'Wavefront',
    read: ({ metric, now }, signal) =>
      withoutSecrets(async (keep) => {
        const { address = '', query = '' } = metric.provider.wavefront ?? {};
        const token = await tokenFor(address, context);
        keep(token);
        const answer = await askOrFail(context.transport, {
          deadline: context.startDeadline(TIMEOUT),
          signal,
          maxBytes: MAX_ANSWER_BYTES,
          method: 'GET',
          url: `https://${address}/api/v2/chart/api?${chartQuery(query, now)}`,
          headers: headersOf({ Authorization: `Bearer ${token}`, Accept: 'application/json' }),
        });
        return readingFrom(answer, now);
      }),
  };
}

async function tokenFor(address: string, { secrets, controllerNamespace }: ProviderContext): Promise<string> {
  const tokens = await secrets(controllerNamespace, TOKENS_SECRET);
  if (tokens === undefined) throw new ReadingError(`secrets "${TOKENS_SECRET}" not found`);
  const token = Object.hasOwn(tokens, address) ? tokens[address] : undefined;
  if (token === undefined || token === '') throw new ReadingError('API token not found');
  return token;
}

/** Start and end are both now; with `i` the last point before is given as well. */
function chartQuery(query: string, now: Instant): string {
  const instant = String(Math.floor(now / SECOND) * SECOND);
  const off = ['autoEvents', 'listmode', 'strict', 'includeObsoleteMetrics'].map((name) => [name, 'false'] as const);
  return encodeForm([['q', query], ['s', instant], ['e', instant], ['p', '1'], ['g', 's'], ['i', 'true'], ...off]);
}

function readingFrom({ status, body }: HttpAnswer, now: Instant): Reading {
  if (status < 200 || status > 299) throw new ReadingError(`received non 2xx response code: ${status}`);
  const parsed = parseJson(body);
  if (!parsed.ok) throw new ReadingError(parsed.error);
  const answer = chartAnswer.safeParse(parsed.json);
  if (!answer.success) throw new ReadingError('not an answer of the Wavefront chart API');
  const told = answer.data.warnings ? { warnings: answer.data.warnings } : {};
  const points = (answer.data.timeseries ?? []).flatMap(({ data }) => nearest(data, now));
  if (points.length === 0) {
    throw new ReadingError('No TimeSeries found in response from Wavefront', { metadata: told });
  }
  return pointsReading(points, now, told);
}

function nearest(points: readonly Point[], now: Instant): readonly Point[] {
  const distance = ([seconds]: Point): number => Math.abs(seconds - now / SECOND);
  return points.toSorted((a, b) => distance(a) - distance(b)).slice(0, 1);
}

function pointsReading(points: readonly Point[], now: Instant, told: { warnings?: string }): Reading {
  const values = points.map(([, value]) => value);
  const listed = (texts: readonly string[]): string => (texts.length === 1 ? texts.join('') : `[${texts.join(',')}]`);
  const [value] = values;
  return {
    kind: 'value',
    value: values.length === 1 && value !== undefined ? { kind: 'scalar', value } : { kind: 'vector', values },
    text: listed(values.map((number) => formatFixed(number, 2))),
    metadata: {
      timestamps: listed(points.map(([seconds]) => String(seconds))),
      drift: listed(points.map(([seconds]) => String(seconds - Math.floor(now / SECOND)))),
      ...told,
    },
  };
}
