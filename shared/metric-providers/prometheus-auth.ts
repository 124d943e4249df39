/** How a Prometheus metric proves who asks: HTTP Basic, OAuth 2.0 or AWS SigV4. analysis §18.1 */
import type { Metric } from '#core/resources/argo.ts';
import type { HttpRequest } from '../http.ts';
import type { HttpHeader } from '../http-headers.ts';
import { fetchAuthorization, oauth2ClientOf, type OAuth2Client } from './oauth2.ts';
import { ReadingError, type KeepSecret, type ProviderContext } from './provider.ts';

type PrometheusMetric = NonNullable<Metric['provider']['prometheus']>;
type Authentication = NonNullable<PrometheusMetric['authentication']>;

/** What one reading may use, and who wants to know of its secrets. */
export type Asking = ProviderContext & { readonly signal: AbortSignal; readonly keep: KeepSecret };

export interface Authorizer {
  /** The request with its proof. @throws ReadingError when no proof can be had */
  authorize(request: HttpRequest, asking: Asking): Promise<HttpRequest>;
}

interface BasicAuth {
  readonly username: string;
  readonly password: string;
}

/** Amazon Managed Service for Prometheus: only there SigV4 is used. */
const AMAZON_WORKSPACES = 'aps-workspaces';

/** @throws ReadingError for settings that are incomplete */
export function authorizerOf(metric: PrometheusMetric, address: string): Authorizer {
  const authentication = metric.authentication ?? {};
  const client = oauth2ClientOf(authentication);
  const basic = basicAuthOf(authentication);
  if (client !== undefined) return bearer(client);
  if (basic !== undefined) return user(basic);
  const { region = '', profile = '', roleArn = '' } = authentication.sigv4 ?? {};
  if (`${region}${profile}${roleArn}` === '' || !address.includes(AMAZON_WORKSPACES)) return ANONYMOUS;
  return {
    authorize: async (request, asking) => {
      const { signForAws } = await import('./aws/sign-request.ts');
      return signForAws(request, { service: 'aps', region, profile, roleArn }, asking);
    },
  };
}

const ANONYMOUS: Authorizer = { authorize: async (request) => request };

/** One token serves all requests of a reading. */
function bearer(client: OAuth2Client): Authorizer {
  let token: Promise<string> | undefined;
  return {
    authorize: async (request, { transport, signal, keep }) => {
      token ??= fetchAuthorization(client, {
        transport,
        signal,
        keep,
        deadline: request.deadline,
        insecure: request.insecure,
      });
      return withAuthorization(request, await token);
    },
  };
}

function user({ username, password }: BasicAuth): Authorizer {
  const proof = Buffer.from(`${username}:${password}`).toString('base64');
  return {
    authorize: async (request, { keep }) => {
      [password, proof].forEach(keep);
      return withAuthorization(request, `Basic ${proof}`);
    },
  };
}

function basicAuthOf(authentication: Authentication): BasicAuth | undefined {
  // The generated types do not know this field yet.
  const { basicAuth } = authentication as { basicAuth?: Partial<BasicAuth> };
  const { username = '', password = '' } = basicAuth ?? {};
  if (username === '' && password === '') return undefined;
  if (username !== '' && password !== '') return { username, password };
  const missing = username === '' ? 'username' : 'password';
  throw new ReadingError(`missing mandatory parameter in metric for basic auth setup: ${missing}`);
}

function withAuthorization(request: HttpRequest, value: string): HttpRequest {
  const header: HttpHeader = { name: 'Authorization', value };
  return { ...request, headers: [...(request.headers ?? []), header] };
}
