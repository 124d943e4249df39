/**
 * The services of AWS that speak JSON, without their SDK: reading that takes a function longer than its whole first answer
 * may (docs/decisions/014). Waits, attempts and the shape of errors are the SDK's, of its standard mode.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { InvalidSpecError } from '#core/errors.ts';
import { SECOND, type Millis } from '#core/time.ts';
import { roundTrip, type Received } from '../egress/exchange.ts';
import { headersOf } from '../http-headers.ts';
import { signed, type AwsCredentials } from './signature-v4.ts';
import { domainOf } from './domain.ts';
import { withRetries, type RetryOptions } from './retry.ts';

export interface JsonService {
  /** As it is signed, and in its address. */
  readonly name: string;
  /** Before the dot in `X-Amz-Target`. */
  readonly target: string;
  /** Of the protocol, in the content type. */
  readonly version: '1.0' | '1.1';
}

/** Asks for one operation. @throws AwsError after the last attempt */
export type JsonCall = <Output>(operation: string, input: object) => Promise<Output>;

/** What a service refused, or that none answered, in the shape of the SDK's errors. */
export class AwsError extends Error {
  /** The code, without its namespace: `ThrottlingException`. */
  override readonly name: string;
  readonly $metadata: { readonly httpStatusCode?: number };
  constructor(name: string, message: string, { status, cause }: { status?: number; cause?: unknown } = {}) {
    super(message, { cause });
    this.name = name;
    this.$metadata = status === undefined ? {} : { httpStatusCode: status };
  }
}

/** No complete answer in this time is none: an address that swallows packets must not hold a function until its end. */
const PATIENCE: Millis = 3 * SECOND;
/** DynamoDB's own limit of a page is 1 MB, before it is written as JSON. */
const MAX_BYTES = 16 * 1024 * 1024;

const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };

/** @param environment region, credentials and endpoints, as Lambda and the SDKs name them */
export function connectJsonService(
  service: JsonService,
  environment: NodeJS.ProcessEnv = process.env,
  retry?: RetryOptions,
): JsonCall {
  return async <Output>(operation: string, input: object) => {
    const answer = await withRetries(() => ask(service, { operation, input }, environment), retry);
    return JSON.parse(answer.body === '' ? '{}' : answer.body) as Output;
  };
}

interface Call {
  readonly operation: string;
  readonly input: object;
}

async function ask(service: JsonService, { operation, input }: Call, environment: NodeJS.ProcessEnv) {
  const { region, credentials } = identityIn(environment);
  const request = {
    method: 'POST',
    url: endpointOf(service.name, region, environment),
    headers: headersOf({
      'content-type': `application/x-amz-json-${service.version}`,
      'x-amz-target': `${service.target}.${operation}`,
      'user-agent': 'weir',
    }),
    body: JSON.stringify(input),
  };
  const proven = signed(request, { service: service.name, region, credentials, now: Date.now() });
  const answer = await send(new URL(request.url), proven);
  if (answer.status >= 300) throw refusalIn(answer);
  return answer;
}

async function send(url: URL, { headers, body }: Pick<ReturnType<typeof signed>, 'headers' | 'body'>) {
  try {
    return await roundTrip(url, {
      method: 'POST',
      headers: Object.fromEntries((headers ?? []).map(({ name, value }) => [name, value])),
      body: Buffer.from(body ?? ''),
      agent: url.protocol === 'https:' ? agents.https : agents.http,
      maxBytes: MAX_BYTES,
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch (error) {
    throw new AwsError('TimeoutError', `no answer from ${url.host}`, { cause: error });
  }
}

/** The code stands in a header or the body, with a namespace before it or an address after it. */
function refusalIn({ status, headers, body }: Received): AwsError {
  const { __type, code, message, Message } = errorFieldsIn(body);
  const found = headers['x-amzn-errortype'] ?? __type ?? code ?? 'UnknownError';
  const name = found.replace(/^.*#/, '').replace(/:.*$/, '');
  return new AwsError(name, message ?? Message ?? `status ${status}`, { status });
}

interface ErrorFields {
  readonly __type?: string;
  readonly code?: string;
  readonly message?: string;
  readonly Message?: string;
}

function errorFieldsIn(body: string): ErrorFields {
  try {
    return (JSON.parse(body) ?? {}) as ErrorFields;
  } catch {
    return {};
  }
}

function endpointOf(service: string, region: string, environment: NodeJS.ProcessEnv): string {
  const own =
    environment[`AWS_ENDPOINT_URL_${service === 'secretsmanager' ? 'SECRETS_MANAGER' : service.toUpperCase()}`];
  return own ?? environment['AWS_ENDPOINT_URL'] ?? `https://${service}.${region}.${domainOf(region)}/`;
}

/** Read at each request, as the environment has them then. @throws InvalidSpecError that names what is missing */
function identityIn(environment: NodeJS.ProcessEnv): { region: string; credentials: AwsCredentials } {
  const needed = (name: string) => {
    const value = environment[name];
    if (!value) throw new InvalidSpecError(`${name} is missing in the environment: Lambda gives it to each function`);
    return value;
  };
  const sessionToken = environment['AWS_SESSION_TOKEN'];
  const credentials = {
    accessKeyId: needed('AWS_ACCESS_KEY_ID'),
    secretAccessKey: needed('AWS_SECRET_ACCESS_KEY'),
    ...(sessionToken && { sessionToken }),
  };
  return { region: needed('AWS_REGION'), credentials };
}
