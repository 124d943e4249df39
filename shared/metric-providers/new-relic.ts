/** New Relic's NerdGraph. analysis §18.4 */
import * as z from 'zod/mini';
import type { Reading } from '#core/analysis/reading.ts';
import type { JsonObject, JsonValue } from '#core/json.ts';
import type { Metric } from '#core/resources/argo.ts';
import { SECOND } from '#core/time.ts';
import type { HttpAnswer, HttpRequest } from '../http.ts';
import { headersOf } from '../http-headers.ts';
import type { MetricProvider } from '../ports.ts';
import { parseJson } from './json-text.ts';
import { formatJson } from './number-text.ts';
import { MAX_ANSWER_BYTES, ReadingError, withoutSecrets, type ProviderContext } from './provider.ts';
import type { MetricAnswer } from './transport.ts';

type NewRelicMetric = NonNullable<Metric['provider']['newRelic']>;

interface Account {
  readonly id: number;
  readonly key: string;
  readonly endpoint: string;
}

const DEFAULT_PROFILE = 'newrelic';
/** How long New Relic may work on a query, seconds. */
const DEFAULT_QUERY_SECONDS = 5;
/** For all attempts together. */
const TIMEOUT = 30 * SECOND;
const RETRIES = 3;

const ENDPOINTS: Readonly<Record<string, string>> = {
  us: 'https://api.newrelic.com/graphql',
  eu: 'https://api.eu.newrelic.com/graphql',
  staging: 'https://staging-api.newrelic.com/graphql',
};

const NRQL_QUERY = [
  'query (',
  '  $query: Nrql!, ',
  '  $accountId: Int!,',
  '  $timeout: Seconds!',
  ')',
  '{',
  '  actor {',
  '    account(id: $accountId) {',
  '      nrql(query: $query, timeout: $timeout) {',
  '        results',
  '      }',
  '    }',
  '  }',
  '}',
  '',
].join('\n');

const nrql = z.object({ nrql: z.nullable(z.object({ results: z.array(z.record(z.string(), z.unknown())) })) });
const graphAnswer = z.object({
  data: z.optional(z.nullable(z.object({ actor: z.object({ account: nrql }) }))),
  errors: z.optional(z.array(z.object({ message: z.string() }))),
});

export function createNewRelicProvider(context: ProviderContext): MetricProvider {
  return {
    type: 'NewRelic',
    read: ({ metric }, signal) =>
      withoutSecrets(async (keep) => {
        const settings = metric.provider.newRelic ?? { query: '' };
        const account = await accountOf(settings, context);
        keep(account.key);
        return readingFrom(await ask(requestOf(settings, account), signal, context));
      }),
    metadata: ({ metric }) => ({ ResolvedNewRelicQuery: metric.provider.newRelic?.query ?? '' }),
  };
}

async function accountOf({ profile }: NewRelicMetric, context: ProviderContext): Promise<Account> {
  const name = profile || DEFAULT_PROFILE;
  const secret = await context.secrets(context.controllerNamespace, name);
  if (secret === undefined) throw new ReadingError(`secrets "${name}" not found`);
  const { 'personal-api-key': key = '', 'account-id': id = '', region = '' } = secret;
  if (key === '' || id === '') throw new ReadingError('account ID or personal API key not found');
  if (!/^[+-]?\d+$/.test(id)) {
    throw new ReadingError(`could not parse account ID: strconv.Atoi: parsing ${JSON.stringify(id)}: invalid syntax`);
  }
  const endpoint = secret['base-url-nerdgraph'] || ENDPOINTS[region.toLowerCase() || 'us'];
  if (endpoint === undefined) throw new ReadingError(`invalid region ${JSON.stringify(region)}`);
  return { id: Number(id), key, endpoint };
}

function requestOf(
  { query, timeout = 0 }: NewRelicMetric,
  { id, key, endpoint }: Account,
): Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'> {
  if (timeout < 0) throw new ReadingError('timeout value needs to be a positive value');
  const variables = { accountId: id, query, timeout: timeout === 0 ? DEFAULT_QUERY_SECONDS : timeout };
  const headers = headersOf({
    'Api-Key': key,
    'Content-Type': 'application/json',
    // New Relic counts clients by these; they are what Argo's queries carry.
    'Newrelic-Requesting-Services': 'newrelic-client-go',
    'X-Query-Source-Component-Id': 'newrelic-client-go',
  });
  return { method: 'POST', url: endpoint, headers, body: JSON.stringify({ query: NRQL_QUERY, variables }) };
}

/** Asked again at once while there is no answer or a server's fault, up to three times within the deadline. */
async function ask(
  request: Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'>,
  signal: AbortSignal,
  { transport, startDeadline }: ProviderContext,
): Promise<HttpAnswer> {
  const deadline = startDeadline(TIMEOUT);
  const attempt = (): Promise<MetricAnswer> =>
    transport.ask({ ...request, deadline, signal, maxBytes: MAX_ANSWER_BYTES });
  let outcome = await attempt();
  for (let retry = 0; retry < RETRIES && isWorthRetrying(outcome); retry += 1) outcome = await attempt();
  if (!outcome.ok) throw new ReadingError(outcome.message);
  return outcome.answer;
}

function isWorthRetrying(outcome: MetricAnswer): boolean {
  return outcome.ok ? outcome.answer.status >= 500 : outcome.retryable;
}

function readingFrom({ status, body }: HttpAnswer): Reading {
  if (status < 200 || status > 299) throw new ReadingError(`received non 2xx response code: ${status}`);
  const parsed = parseJson(body);
  if (!parsed.ok) throw new ReadingError(parsed.error);
  const answer = graphAnswer.safeParse(parsed.json);
  const told = answer.success ? answer.data.errors?.map(({ message }) => message).join(', ') : undefined;
  if (told) throw new ReadingError(told);
  if (!answer.success) throw new ReadingError('not an answer of the NerdGraph API');
  return rowsReading((answer.data.data?.actor.account.nrql?.results ?? []) as readonly JsonObject[]);
}

function rowsReading(rows: readonly JsonObject[]): Reading {
  const [first] = rows;
  if (first === undefined || (rows.length === 1 && Object.keys(first).length === 0)) {
    throw new ReadingError('no results returned from NRQL query');
  }
  const json: JsonValue = rows.length === 1 ? first : rows;
  return { kind: 'value', value: { kind: 'json', json }, text: formatJson(json) };
}
