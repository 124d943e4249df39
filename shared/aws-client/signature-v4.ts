/**
 * A request with its AWS proof: Signature Version 4, as
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html has it. The SDK's own signer makes
 * the same (the tests compare), but its packages are read in longer than a webhook may take for its first answer.
 */
import { createHash, createHmac } from 'node:crypto';
import { SECOND, type Instant, type Millis } from '#core/time.ts';
import type { HttpRequest } from '../http.ts';
import { headersOf } from '../http-headers.ts';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface SigningScope {
  readonly service: string;
  readonly region: string;
  readonly credentials: AwsCredentials;
  readonly now: Instant;
}

type Signable = Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'>;
type Pairs = readonly (readonly [name: string, value: string])[];

const ALGORITHM = 'AWS4-HMAC-SHA256';
/** Only what AWS reads is signed: a proxy on the way may touch the rest. */
const READ_BY_AWS = /^(content-type|x-amz-.*)$/i;

/** Adds date, session token and proof to the headers; the host is signed as the URL names it. */
export function signed<T extends Signable>(request: T, scope: SigningScope): T {
  const url = new URL(request.url);
  const headers = request.headers ?? [];
  const covered = headers.filter(({ name }) => READ_BY_AWS.test(name));
  const { sessionToken } = scope.credentials;
  const proven: Record<string, string> = {
    host: url.host,
    ...Object.fromEntries(covered.map(({ name, value }) => [name.toLowerCase(), value])),
    'x-amz-date': timestampOf(scope.now),
    ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
  };
  const covering = sorted(Object.entries(proven).map(([name, value]) => [name, trimmed(value)]));
  const signature = prove({ method: request.method, url, query: queryOf(url), covering, body: request.body }, scope);
  const authorization = `${ALGORITHM} Credential=${scope.credentials.accessKeyId}/${placeOf(scope)}, SignedHeaders=${namesOf(covering)}, Signature=${signature}`;
  const uncovered = headers.filter((header) => !covered.includes(header));
  return { ...request, headers: [...uncovered, ...headersOf({ ...proven, authorization })] };
}

export interface Presigning {
  /** Must be sent with the request, beside the host. */
  readonly headers: Readonly<Record<string, string>>;
  /** How long whoever has the URL may use it. */
  readonly expiresIn: Millis;
}

/** The URL of a GET with its proof in the query. */
export function presigned(address: string, { headers, expiresIn }: Presigning, scope: SigningScope): string {
  const url = new URL(address);
  const { accessKeyId, sessionToken } = scope.credentials;
  const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), trimmed(value)] as const);
  const covering = sorted([['host', url.host], ...given]);
  const query: Pairs = [
    ...queryOf(url),
    ['X-Amz-Algorithm', ALGORITHM],
    ['X-Amz-Credential', `${accessKeyId}/${placeOf(scope)}`],
    ['X-Amz-Date', timestampOf(scope.now)],
    ['X-Amz-Expires', String(expiresIn / SECOND)],
    ['X-Amz-SignedHeaders', namesOf(covering)],
    ...(sessionToken === undefined ? [] : [['X-Amz-Security-Token', sessionToken] as const]),
  ];
  const signature = prove({ method: 'GET', url, query, covering, body: undefined }, scope);
  return `${url.origin}${url.pathname}?${queryText(query)}&X-Amz-Signature=${signature}`;
}

interface Provable {
  readonly method: string;
  readonly url: URL;
  readonly query: Pairs;
  /** Headers, sorted by name. */
  readonly covering: Pairs;
  readonly body: string | undefined;
}

function prove({ method, url, query, covering, body = '' }: Provable, scope: SigningScope): string {
  const canonical = [
    method.toUpperCase(),
    encoded(url.pathname.replace(/\/+/g, '/')).replaceAll('%2F', '/'),
    queryText(query),
    ...covering.map(([name, value]) => `${name}:${value}`),
    '',
    namesOf(covering),
    sha256(body),
  ].join('\n');
  const text = [ALGORITHM, timestampOf(scope.now), placeOf(scope), sha256(canonical)].join('\n');
  return hmac(signingKey(scope), text).toString('hex');
}

function signingKey({ credentials, region, service, now }: SigningScope): Buffer {
  const parts = [timestampOf(now).slice(0, 8), region, service, 'aws4_request'];
  return parts.reduce(hmac, Buffer.from(`AWS4${credentials.secretAccessKey}`));
}

/** For which day, region and service a proof is good. */
function placeOf({ region, service, now }: SigningScope): string {
  return `${timestampOf(now).slice(0, 8)}/${region}/${service}/aws4_request`;
}

/** `20150830T123600Z` */
function timestampOf(now: Instant): string {
  return new Date(now).toISOString().replace(/[:-]|\.\d{3}/g, '');
}

function queryOf(url: URL): Pairs {
  return [...url.searchParams];
}

/** Names and values encoded, then in their order: that of the bytes. */
function queryText(query: Pairs): string {
  const fields = query.map(([name, value]) => [encoded(name), encoded(value)] as const);
  return sorted(fields)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** RFC 3986: what `encodeURIComponent` leaves besides is encoded, too. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sorted(pairs: Pairs): Pairs {
  return pairs.toSorted(([name, value], [other, otherValue]) => compare(name, other) || compare(value, otherValue));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function namesOf(covering: Pairs): string {
  return covering.map(([name]) => name).join(';');
}

function trimmed(value: string): string {
  return value.trim().replace(/\s+/g, ' ');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
