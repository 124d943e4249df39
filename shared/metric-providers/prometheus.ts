/** Prometheus and what speaks its query API. analysis §18.1 */
import * as z from 'zod/mini';
import type { MeasurementTask, Reading } from '#core/analysis/reading.ts';
import { parseDuration } from '#core/duration.ts';
import { ConditionError, evaluateInstant } from '#core/expr/compile.ts';
import type { MeasuredValue } from '#core/expr/measured-value.ts';
import type { Metric } from '#core/resources/argo.ts';
import { SECOND, type Instant, type Millis } from '#core/time.ts';
import type { HttpAnswer, HttpRequest } from '../http.ts';
import type { HttpHeader } from '../http-headers.ts';
import type { MetricProvider } from '../ports.ts';
import { encodeForm, type FormField } from './form.ts';
import { parseJson } from './json-text.ts';
import { formatFloat, formatFloats, parseFloatText } from './number-text.ts';
import {
  askOrFail,
  readingOf,
  ReadingError,
  withoutSecrets,
  type Environment,
  type ProviderContext,
} from './provider.ts';
import { authorizerOf, type Asking, type Authorizer } from './prometheus-auth.ts';

type PrometheusMetric = NonNullable<Metric['provider']['prometheus']>;

/** A metric that can be asked: everything about it that needs no answer is right. */
interface Source {
  readonly metric: PrometheusMetric;
  readonly address: string;
  readonly timeout: Millis;
  readonly authorizer: Authorizer;
}

const DEFAULT_TIMEOUT: Millis = 30 * SECOND;
const MAX_BYTES = 10 * 1024 * 1024;
const FORM: HttpHeader = { name: 'Content-Type', value: 'application/x-www-form-urlencoded' };
/** What a server or a proxy answers that takes no POST. */
const POST_REFUSED = new Set([403, 405, 501]);

const sample = z.tuple([z.number(), z.string()]);
const envelope = z.object({
  status: z.string(),
  data: z.optional(z.unknown()),
  errorType: z.optional(z.string()),
  error: z.optional(z.string()),
  warnings: z.optional(z.nullable(z.array(z.string()))),
});
const queryData = z.discriminatedUnion('resultType', [
  z.object({ resultType: z.literal('scalar'), result: sample }),
  z.object({ resultType: z.literal('vector'), result: z.array(z.object({ value: sample })) }),
  z.object({ resultType: z.literal('matrix'), result: z.array(z.object({ values: z.array(sample) })) }),
  z.object({ resultType: z.literal('string') }),
]);

export function createPrometheusProvider(context: ProviderContext): MetricProvider {
  return {
    type: 'Prometheus',
    read: (task, signal) =>
      readingOf(() => {
        const source = sourceOf(task.metric, context.environment);
        return withoutSecrets(async (keep) => {
          const fields = fieldsOf(source.metric, task.now);
          return readingFrom(await query(source, fields, { signal, keep, ...context }));
        });
      }),
    metadata: (task) => metadataOf(task, context.environment),
  };
}

/** Nothing for a metric that cannot be asked: Argo has no provider then that could tell. */
function metadataOf({ metric }: MeasurementTask, environment: Environment): Readonly<Record<string, string>> {
  try {
    return { ResolvedPrometheusQuery: sourceOf(metric, environment).metric.query ?? '' };
  } catch (error) {
    if (error instanceof ReadingError) return {};
    throw error;
  }
}

function sourceOf({ provider }: Metric, environment: Environment): Source {
  const metric = provider.prometheus ?? {};
  const address = addressOf(metric, environment);
  const authorizer = authorizerOf(metric, address);
  const { timeout = 0 } = metric;
  if (timeout < 0) throw new ReadingError('prometheus timeout should not be negative');
  return { metric, address, authorizer, timeout: timeout === 0 ? DEFAULT_TIMEOUT : timeout * SECOND };
}

function addressOf(metric: PrometheusMetric, environment: Environment): string {
  const address = metric.address || environment['ARGO_ROLLOUTS_PROMETHEUS_ADDRESS'] || '';
  if (address === '') throw new ReadingError('prometheus address is not configured');
  if (!/^[a-z][a-z\d+.-]*:\/\/[^/?#]/i.test(address) || !URL.canParse(address)) {
    throw new ReadingError('prometheus address is not is url format');
  }
  return address;
}

/** @throws ReadingError for a range that cannot be read */
function fieldsOf({ query = '', rangeQuery }: PrometheusMetric, now: Instant): readonly FormField[] {
  if (rangeQuery === undefined || rangeQuery === null)
    return [
      ['query', query],
      ['time', secondsText(now)],
    ];
  return [
    ['query', query],
    ['start', secondsText(instantOf('start', rangeQuery.start, now))],
    ['end', secondsText(instantOf('end', rangeQuery.end, now))],
    ['step', secondsText(stepOf(rangeQuery.step))],
  ];
}

function instantOf(field: 'start' | 'end', source: string | undefined, now: Instant): Instant {
  try {
    return evaluateInstant(source ?? '', now);
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    throw new ReadingError(`failed to parse rangeQuery.${field} as time: ${error.message}`);
  }
}

function stepOf(step: PrometheusRangeStep): Millis {
  const parsed = parseDuration(step ?? '');
  if (parsed.ok) return parsed.ms;
  throw new ReadingError(`failed to parse rangeQuery.step as duration: ${parsed.error}`);
}

type PrometheusRangeStep = NonNullable<PrometheusMetric['rangeQuery']>['step'];

function secondsText(milliseconds: number): string {
  return formatFloat(milliseconds / SECOND);
}

async function query(source: Source, fields: readonly FormField[], context: Asking): Promise<HttpAnswer> {
  const { metric, address, timeout, authorizer } = source;
  const url = endpointOf(address, metric.rangeQuery ? 'query_range' : 'query');
  const form = encodeForm(fields);
  const limits = {
    deadline: context.startDeadline(timeout),
    signal: context.signal,
    insecure: metric.insecure,
    maxBytes: MAX_BYTES,
  };
  const headers = (metric.headers ?? []).map(({ key, value }) => ({ name: key, value }));
  const send = async (request: Pick<HttpRequest, 'method' | 'url' | 'body'>, own: readonly HttpHeader[]) => {
    const plain = { ...limits, ...request, headers: [...own, ...headers] };
    return askOrFail(context.transport, await authorizer.authorize(plain, context));
  };
  const answer = await send({ method: 'POST', url: url.href, body: form }, [FORM]);
  if (!POST_REFUSED.has(answer.status)) return answer;
  url.search = form;
  return send({ method: 'GET', url: url.href }, []);
}

/** Below the address's own path; a query that the address has stays. */
function endpointOf(address: string, endpoint: 'query' | 'query_range'): URL {
  const url = new URL(address);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/v1/${endpoint}`;
  return url;
}

function readingFrom(answer: HttpAnswer): Reading {
  const { data, warnings } = contentOf(answer);
  const { value, text } = valueOf(data);
  const told = (warnings ?? []).map((warning) => `"${warning}"`).join(', ');
  return { kind: 'value', value, text, ...(told === '' ? {} : { metadata: { warnings: told } }) };
}

/** @throws ReadingError with the texts of Prometheus' Go client */
function contentOf({ status, body }: HttpAnswer): z.infer<typeof envelope> {
  if (status >= 500) throw new ReadingError(`server_error: server error: ${status}`);
  const parsed = parseJson(body);
  const content = envelope.safeParse(parsed.ok ? parsed.json : undefined);
  if (content.success && content.data.status === 'error') {
    const { errorType = 'bad_response', error = 'no error text' } = content.data;
    throw new ReadingError(`${errorType}: ${error}`);
  }
  if (status >= 400) throw new ReadingError(`client_error: client error: ${status}`);
  if (status < 200 || status > 299) throw new ReadingError(`bad_response: bad response code ${status}`);
  if (!parsed.ok) throw new ReadingError(`bad_response: ${parsed.error}`);
  if (content.success && content.data.status === 'success') return content.data;
  throw new ReadingError('bad_response: not an answer of the Prometheus query API');
}

function valueOf(json: unknown): { value: MeasuredValue; text: string } {
  const data = queryData.safeParse(json);
  if (!data.success) throw new ReadingError('bad_response: unexpected data in the answer of the Prometheus query API');
  const { data: found } = data;
  switch (found.resultType) {
    case 'scalar':
      return scalar(numberOf(found.result));
    case 'vector':
      return vector(found.result.map(({ value }) => numberOf(value)));
    case 'matrix':
      return vector(found.result.flatMap(({ values }) => values.map(numberOf)));
    case 'string':
      throw new ReadingError('Prometheus metric type not supported');
  }
}

function scalar(value: number): { value: MeasuredValue; text: string } {
  return { value: { kind: 'scalar', value }, text: formatFloat(value) };
}

function vector(values: readonly number[]): { value: MeasuredValue; text: string } {
  return { value: { kind: 'vector', values }, text: formatFloats(values) };
}

function numberOf([, text]: z.infer<typeof sample>): number {
  const value = parseFloatText(text);
  if (value !== undefined) return value;
  throw new ReadingError(`bad_response: sample value ${JSON.stringify(text.slice(0, 40))} is not a number`);
}
