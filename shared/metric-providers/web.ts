/** Any web page that answers with JSON or text. analysis §18.2 */
import type { MeasurementTask, Reading } from '#core/analysis/reading.ts';
import type { Metric } from '#core/resources/argo.ts';
import { SECOND, type Millis } from '#core/time.ts';
import type { HttpAnswer } from '../http.ts';
import type { HttpHeader } from '../http-headers.ts';
import type { MetricProvider } from '../ports.ts';
import { evaluateTemplate } from './json-path/evaluate.ts';
import { PathError, PathSyntaxError, type PathNode } from './json-path/node.ts';
import { parseTemplate } from './json-path/parse.ts';
import { parseJson } from './json-text.ts';
import { formatJson } from './number-text.ts';
import { fetchAuthorization, oauth2ClientOf, type OAuth2Client } from './oauth2.ts';
import {
  askOrFail,
  readingOf,
  ReadingError,
  withoutSecrets,
  type KeepSecret,
  type ProviderContext,
} from './provider.ts';

type WebMetric = NonNullable<Metric['provider']['web']>;

const DEFAULT_TIMEOUT: Millis = 10 * SECOND;
const MAX_BYTES = 1024 * 1024;
const WHOLE_DOCUMENT = '{$}';
const JSON_CONTENT: HttpHeader = { name: 'Content-Type', value: 'application/json' };

export function createWebProvider(context: ProviderContext): MetricProvider {
  return {
    type: 'Web',
    read: (task, signal) =>
      readingOf(() => {
        const web = webOf(task);
        const client = oauth2ClientOf(web.authentication);
        const path = pathOf(web);
        return withoutSecrets(async (keep) => resultOf(await ask(web, client, { signal, keep }, context), path));
      }),
  };
}

function webOf({ metric }: MeasurementTask): WebMetric {
  return metric.provider.web ?? { url: '' };
}

function pathOf({ jsonPath = '' }: WebMetric): readonly PathNode[] {
  try {
    return parseTemplate(jsonPath === '' ? WHOLE_DOCUMENT : jsonPath);
  } catch (error) {
    if (error instanceof PathSyntaxError) throw new ReadingError(error.message);
    throw error;
  }
}

async function ask(
  web: WebMetric,
  client: OAuth2Client | undefined,
  { signal, keep }: { signal: AbortSignal; keep: KeepSecret },
  { transport, startDeadline }: ProviderContext,
): Promise<HttpAnswer> {
  const method = web.method || 'GET';
  const { body, headers } = payloadOf(web, method);
  // An unchecked connection goes past any proxy (analysis §15).
  const way = { insecure: web.insecure, direct: web.insecure };
  const limits = { deadline: startDeadline(timeoutOf(web)), signal, ...way };
  const authorization = client && (await fetchAuthorization(client, { transport, keep, ...limits }));
  return askOrFail(transport, {
    ...limits,
    method,
    url: web.url,
    headers: [...headers, ...(authorization === undefined ? [] : [{ name: 'Authorization', value: authorization }])],
    body,
    maxBytes: MAX_BYTES,
  });
}

function timeoutOf({ timeoutSeconds = 0 }: WebMetric): Millis {
  return timeoutSeconds > 0 ? timeoutSeconds * SECOND : DEFAULT_TIMEOUT;
}

/** @throws ReadingError for two bodies, or one that GET does not take */
function payloadOf(web: WebMetric, method: string): { body: string | undefined; headers: readonly HttpHeader[] } {
  const { body: text = '', jsonBody } = web;
  const hasJson = jsonBody !== undefined && jsonBody !== null;
  const headers = (web.headers ?? []).map(({ key, value }) => ({ name: key, value }));
  if (text !== '' && hasJson) {
    throw new ReadingError('use either Body or JSONBody; both cannot exists for WebMetric payload');
  }
  if ((text !== '' || hasJson) && method === 'GET') {
    throw new ReadingError('Body/JSONBody can only be used with POST or PUT WebMetric Method types');
  }
  if (hasJson) return { body: JSON.stringify(jsonBody), headers: [...headers, JSON_CONTENT] };
  return { body: text === '' ? undefined : text, headers };
}

function resultOf({ status, body }: HttpAnswer, path: readonly PathNode[]): Reading {
  if (status < 200 || status > 299) throw new ReadingError(`received non 2xx response code: ${status}`);
  const parsed = parseJson(body);
  if (!parsed.ok) return { kind: 'value', value: { kind: 'json', json: body }, text: body };
  // A document that is nothing but null crashes Argo's controller (analysis §16.1).
  const [json] = parsed.json === null ? [] : found(path, parsed.json);
  if (json === undefined) throw new ReadingError('result of web metric produced no value');
  return { kind: 'value', value: { kind: 'json', json }, text: formatJson(json) };
}

function found(
  path: readonly PathNode[],
  document: Parameters<typeof evaluateTemplate>[1],
): ReturnType<typeof evaluateTemplate> {
  try {
    return evaluateTemplate(path, document);
  } catch (error) {
    if (error instanceof PathError) throw new ReadingError(`Could not find JSONPath in body: ${error.message}`);
    throw error;
  }
}
