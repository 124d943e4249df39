/** OAuth 2.0 client credentials. analysis §18.1: HTTP Basic first, form fields where the server does not take it. */
import * as z from 'zod/mini';
import type { Metric } from '#core/resources/argo.ts';
import type { Deadline, HttpAnswer } from '../http.ts';
import type { HttpHeader } from '../http-headers.ts';
import { decodeForm, encodeForm, type FormField } from './form.ts';
import { parseJson } from './json-text.ts';
import { askOrFail, ReadingError, type KeepSecret } from './provider.ts';
import type { MetricTransport } from './transport.ts';

export interface OAuth2Client {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: readonly string[];
}

/** How long a token request may take, who may stop it, and how it is sent: as the request that it is made for. */
export interface TokenRequestOptions {
  readonly transport: MetricTransport;
  readonly deadline: Deadline;
  readonly signal: AbortSignal;
  readonly insecure: boolean | undefined;
  readonly direct?: boolean | undefined;
  readonly keep: KeepSecret;
}

type Authentication = NonNullable<NonNullable<Metric['provider']['web']>['authentication']>;

const MAX_TOKEN_BYTES = 1024 * 1024;

const tokenAnswer = z.object({ access_token: z.string().check(z.minLength(1)), token_type: z.optional(z.string()) });
const refusalAnswer = z.object({ error: z.string() });

/** The client that a metric names; undefined without a token URL. @throws ReadingError when id or secret is missing */
export function oauth2ClientOf(authentication: Authentication | undefined): OAuth2Client | undefined {
  const { tokenUrl = '', clientId = '', clientSecret = '', scopes = [] } = authentication?.oauth2 ?? {};
  if (tokenUrl === '') return undefined;
  if (clientId === '' || clientSecret === '') {
    throw new ReadingError('missing mandatory parameter in metric for OAuth2 setup');
  }
  return { tokenUrl, clientId, clientSecret, scopes };
}

/** A new token as the value of an Authorization header. @throws ReadingError */
export async function fetchAuthorization(client: OAuth2Client, options: TokenRequestOptions): Promise<string> {
  options.keep(client.clientSecret);
  const inHeader = await requestToken(client, options, [], [basicAuth(client)]);
  if (isSuccess(inHeader)) return authorizationOf(inHeader, options.keep);
  const inForm = await requestToken(
    client,
    options,
    [
      ['client_id', client.clientId],
      ['client_secret', client.clientSecret],
    ],
    [],
  );
  return authorizationOf(inForm, options.keep);
}

function requestToken(
  client: OAuth2Client,
  { transport, keep: _keep, ...limits }: TokenRequestOptions,
  fields: readonly FormField[],
  headers: readonly HttpHeader[],
): Promise<HttpAnswer> {
  const scope: readonly FormField[] = client.scopes.length === 0 ? [] : [['scope', client.scopes.join(' ')]];
  return askOrFail(transport, {
    ...limits,
    method: 'POST',
    url: client.tokenUrl,
    headers: [{ name: 'Content-Type', value: 'application/x-www-form-urlencoded' }, ...headers],
    body: encodeForm([['grant_type', 'client_credentials'], ...scope, ...fields]),
    maxBytes: MAX_TOKEN_BYTES,
  });
}

/** RFC 6749 §2.3.1: id and secret are form-encoded before they become a user and a password. */
function basicAuth({ clientId, clientSecret }: OAuth2Client): HttpHeader {
  const [id, secret] = [clientId, clientSecret].map((part) => encodeForm([['', part]]).slice(1));
  return { name: 'Authorization', value: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
}

/** The body may repeat what was sent: only the error code of RFC 6749 §5.2 is told. */
function authorizationOf(answer: HttpAnswer, keep: KeepSecret): string {
  const parsed = parseJson(answer.body);
  // Some token servers answer with a form.
  const json = parsed.ok ? parsed.json : Object.fromEntries(decodeForm(answer.body));
  if (!isSuccess(answer)) {
    const refusal = refusalAnswer.safeParse(json);
    const cause = refusal.success ? JSON.stringify(refusal.data.error) : `cannot fetch token: ${answer.status}`;
    throw new ReadingError(`oauth2: ${cause}`);
  }
  const token = tokenAnswer.safeParse(json);
  if (!token.success) throw new ReadingError('oauth2: server response missing access_token');
  const { access_token: accessToken, token_type: type = '' } = token.data;
  keep(accessToken);
  return `${type === '' || type.toLowerCase() === 'bearer' ? 'Bearer' : type} ${accessToken}`;
}

function isSuccess({ status }: HttpAnswer): boolean {
  return status >= 200 && status <= 299;
}
