/** Datadog's query APIs, version 1 (time series) and 2 (scalars). analysis §18.3 */
import type { MeasurementTask, Reading } from '#core/analysis/reading.ts';
import { parseDuration } from '#core/duration.ts';
import type { Metric } from '#core/resources/argo.ts';
import { MINUTE, SECOND, type Instant, type Millis } from '#core/time.ts';
import type { HttpAnswer, HttpRequest } from '../http.ts';
import { headersOf } from '../http-headers.ts';
import type { MetricProvider } from '../ports.ts';
import { readScalarAnswer } from './datadog/scalar-answer.ts';
import { readSeriesAnswer } from './datadog/series-answer.ts';
import { encodeForm } from './form.ts';
import { parseJson } from './json-text.ts';
import { askOrFail, MAX_ANSWER_BYTES, ReadingError, withoutSecrets, type ProviderContext } from './provider.ts';

type GeneratedMetric = NonNullable<Metric['provider']['datadog']>;
/** With the fields that the generated types do not know yet. */
type DatadogMetric = GeneratedMetric & { readonly requestTimeout?: string };

interface Credentials {
  readonly address: string;
  readonly apiKey: string;
  readonly appKey: string;
}

/** Seconds since 1970. */
interface Window {
  readonly from: number;
  readonly to: number;
}

const DEFAULT_ADDRESS = 'https://api.datadoghq.com';
const DEFAULT_SECRET = 'datadog';
const DEFAULT_INTERVAL: Millis = 5 * MINUTE;
const DEFAULT_TIMEOUT = '10s';
const DEFAULT_AGGREGATOR = 'last';
const REVIEW = 'Please review the Analysis Template.';

export function createDatadogProvider(context: ProviderContext): MetricProvider {
  return {
    type: 'Datadog',
    read: (task, signal) =>
      withoutSecrets(async (keep) => {
        const metric: DatadogMetric = task.metric.provider.datadog ?? {};
        const credentials = await credentialsOf(metric, task, context);
        [credentials.apiKey, credentials.appKey].forEach(keep);
        assertConsistent(metric);
        const timeout = timeoutOf(metric);
        const request = requestOf(metric, windowOf(metric, task.now), credentials);
        const limits = { deadline: context.startDeadline(timeout), signal, maxBytes: MAX_ANSWER_BYTES };
        return readingFrom(await askOrFail(context.transport, { ...limits, ...request }), metric);
      }),
  };
}

async function credentialsOf(
  { secretRef }: DatadogMetric,
  { run }: MeasurementTask,
  { environment, secrets, controllerNamespace }: ProviderContext,
): Promise<Credentials> {
  const { name = '', namespaced = false } = secretRef ?? {};
  if (namespaced && name === '') throw new ReadingError('secret name is required for namespaced credentials');
  const { DD_API_KEY: apiKey, DD_APP_KEY: appKey, DD_ADDRESS: address } = environment;
  const inEnvironment = apiKey !== undefined && appKey !== undefined && address !== undefined;
  const found =
    name === '' && inEnvironment
      ? { apiKey, appKey, address }
      : credentialsIn(await secrets(namespaced ? run.metadata.namespace : controllerNamespace, name || DEFAULT_SECRET));
  if (found.apiKey !== '' && found.appKey !== '') return found;
  throw new ReadingError('failed to find the credentials for datadog metrics provider');
}

function credentialsIn(secret: Readonly<Record<string, string>> = {}): Credentials {
  const { 'api-key': apiKey = '', 'app-key': appKey = '', address = '' } = secret;
  return { apiKey, appKey, address };
}

/** In this order; the first problem is reported. */
function assertConsistent(metric: DatadogMetric): void {
  const { query = '', formula = '', apiVersion = 'v1', aggregator } = metric;
  const queries = Object.keys(metric.queries ?? {}).length;
  const problems: readonly (readonly [boolean, string])[] = [
    [query === '' && queries === 0, `Must have either a query or queries. ${REVIEW}`],
    [query !== '' && queries > 0, `Cannot have both a query and queries. ${REVIEW}`],
    [
      apiVersion !== 'v2' && query === '',
      'Query is empty. API Version v1 only supports using the query parameter in your Analysis Template.',
    ],
    [formula !== '' && queries === 0, `Formula are only valid when queries are set. ${REVIEW}`],
    [queries > 1 && formula === '', 'When multiple queries are provided you must include a formula.'],
    [apiVersion !== 'v2' && Boolean(aggregator), `Aggregator is not supported in v1. ${REVIEW}`],
  ];
  const problem = problems.find(([holds]) => holds);
  if (problem !== undefined) throw new ReadingError(problem[1]);
}

function timeoutOf({ requestTimeout }: DatadogMetric): Millis {
  const parsed = parseDuration(requestTimeout || DEFAULT_TIMEOUT);
  if (!parsed.ok) throw new ReadingError(`Could not parse the request timeout: ${parsed.error}. ${REVIEW}`);
  if (parsed.ms > 0) return parsed.ms;
  throw new ReadingError(`Request timeout must be a positive duration (e.g. 30s). ${REVIEW}`);
}

function windowOf({ interval }: DatadogMetric, now: Instant): Window {
  const parsed = interval ? parseDuration(interval) : { ok: true as const, ms: DEFAULT_INTERVAL };
  if (!parsed.ok) throw new ReadingError(parsed.error);
  const to = Math.floor(now / SECOND);
  return { from: to - Math.trunc(parsed.ms / SECOND), to };
}

function requestOf(
  metric: DatadogMetric,
  window: Window,
  { address, apiKey, appKey }: Credentials,
): Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'> {
  const base = (address || DEFAULT_ADDRESS).replace(/\/+$/, '');
  const headers = headersOf({
    'Content-Type': 'application/json',
    'DD-API-KEY': apiKey,
    'DD-APPLICATION-KEY': appKey,
  });
  if (metric.apiVersion === 'v2') {
    return { method: 'POST', url: `${base}/api/v2/query/scalar`, headers, body: scalarRequest(metric, window) };
  }
  const query = encodeForm([
    ['query', metric.query ?? ''],
    ['from', String(window.from)],
    ['to', String(window.to)],
  ]);
  return { method: 'GET', url: `${base}/api/v1/query?${query}`, headers };
}

function scalarRequest({ query, queries, formula, aggregator }: DatadogMetric, { from, to }: Window): string {
  const named = query ? { query } : ((queries ?? {}) as Record<string, string>);
  const attributes = {
    from: from * SECOND,
    to: to * SECOND,
    queries: Object.entries(named).map(([name, text]) => ({
      aggregator: aggregator || DEFAULT_AGGREGATOR,
      data_source: 'metrics',
      name,
      query: text,
    })),
    formulas: formula ? [{ formula }] : [],
  };
  return JSON.stringify({ data: { attributes, type: 'scalar_request' } });
}

function readingFrom({ status, body }: HttpAnswer, { apiVersion }: DatadogMetric): Reading {
  if (status === 401 || status === 403) {
    throw new ReadingError(`received authentication error response code: ${status} ${body}`);
  }
  if (status !== 200) throw new ReadingError(`received non 2xx response code: ${status} ${body}`);
  const parsed = parseJson(body);
  if (!parsed.ok) throw new ReadingError(`Could not parse JSON body: ${parsed.error}`);
  return apiVersion === 'v2' ? readScalarAnswer(parsed.json) : readSeriesAnswer(parsed.json);
}
