/** Graphite's render API. analysis §18.7 */
import * as z from 'zod/mini';
import type { Reading } from '#core/analysis/reading.ts';
import type { JsonValue } from '#core/json.ts';
import { SECOND } from '#core/time.ts';
import type { HttpAnswer } from '../http.ts';
import type { MetricProvider } from '../ports.ts';
import { decodeForm, encodeForm } from './form.ts';
import { parseJson } from './json-text.ts';
import { formatFixed, formatPlain, parseFloatText } from './number-text.ts';
import { askOrFail, MAX_ANSWER_BYTES, readingOf, ReadingError, type ProviderContext } from './provider.ts';

const TIMEOUT = 10 * SECOND;

const renderAnswer = z.array(z.object({ datapoints: z.optional(z.nullable(z.array(z.unknown()))) }));

export function createGraphiteProvider({ transport, startDeadline }: ProviderContext): MetricProvider {
  return {
    type: 'Graphite',
    read: ({ metric }, signal) =>
      readingOf(async () => {
        const { address = '', query = '' } = metric.provider.graphite ?? {};
        const url = renderUrl(address, query);
        const limits = { deadline: startDeadline(TIMEOUT), signal, maxBytes: MAX_ANSWER_BYTES };
        return readingFrom(await askOrFail(transport, { ...limits, method: 'GET', url }));
      }),
  };
}

function renderUrl(address: string, query: string): string {
  const url = /^[a-z][a-z\d+.-]*:\/\/[^/?#]/i.test(address) ? URL.parse(address) : null;
  if (url === null) throw new ReadingError(`Graphite address ${address} is not a valid URL`);
  const fields = decodeForm(query.replaceAll(/\s/g, '')).filter(([name]) => name !== 'format');
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/render`;
  url.search = encodeForm([...fields, ['format', 'json']]);
  return url.href;
}

function readingFrom({ status, body }: HttpAnswer): Reading {
  if (status >= 400) throw new ReadingError(`error response: ${body}`);
  const parsed = parseJson(body);
  if (!parsed.ok) throw new ReadingError(parsed.error);
  const answer = renderAnswer.safeParse(parsed.json);
  if (!answer.success) throw new ReadingError('not an answer of the Graphite render API');
  const [target] = answer.data;
  const points = target?.datapoints ?? [];
  if (points.length === 0) throw new ReadingError('no values found');
  const values = points.map((point) => valueOf(point as JsonValue)).filter((value) => value !== null);
  const text = `[${values.map((value) => formatFixed(value, 6)).join(',')}]`;
  return { kind: 'value', value: { kind: 'vector', values }, text };
}

/** The value of `[value, timestamp]`; null where the series has a gap. */
function valueOf(point: JsonValue): number | null {
  if (!Array.isArray(point) || point.length !== 2) {
    const shown = Array.isArray(point) ? `[${point.map(formatPlain).join(' ')}]` : formatPlain(point);
    throw new ReadingError(`error unmarshaling data point: ${shown}`);
  }
  const [value = null, timestamp = null] = point as readonly JsonValue[];
  const number = typeof value === 'string' ? parsed('Float', value, parseFloatText(value)) : value;
  if (number !== null && typeof number !== 'number') {
    throw new ReadingError(`error unmarshaling value: ${formatPlain(value)}`);
  }
  assertTimestamp(timestamp, value);
  return number;
}

/** It is not used, but it must be one. */
function assertTimestamp(timestamp: JsonValue, value: JsonValue): void {
  if (timestamp === null || typeof timestamp === 'number') return;
  if (typeof timestamp !== 'string') throw new ReadingError(`error unmarshaling timestamp: ${formatPlain(value)}`);
  parsed('Int', timestamp, /^[+-]?\d+$/.test(timestamp) ? Number(timestamp) : undefined);
}

function parsed(kind: 'Float' | 'Int', text: string, number: number | undefined): number {
  if (number !== undefined) return number;
  throw new ReadingError(`strconv.Parse${kind}: parsing ${JSON.stringify(text)}: invalid syntax`);
}
