/** AWS Signature Version 4 of an HTTP request, in headers. Source: AWS General Reference, "Signature Version 4". */
import { createHash, createHmac } from 'node:crypto';
import type { Instant } from '#core/time.ts';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface SignableRequest {
  readonly method: string;
  readonly url: URL;
  /** What is signed besides the headers that signing adds; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface SigningScope {
  readonly service: string;
  readonly region: string;
  readonly credentials: AwsCredentials;
  readonly now: Instant;
}

/** The headers to add: date, session token and proof. `host` is signed as the URL names it. */
export function signatureHeaders(request: SignableRequest, scope: SigningScope): Readonly<Record<string, string>> {
  const { credentials } = scope;
  const time = new Date(scope.now).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const added = {
    'x-amz-date': time,
    ...(credentials.sessionToken === undefined ? {} : { 'x-amz-security-token': credentials.sessionToken }),
  };
  const signed = new Map(sortedPairs(Object.entries({ ...request.headers, ...added, host: request.url.host })));
  const credentialScope = `${time.slice(0, 8)}/${scope.region}/${scope.service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, credentialScope, sha256(canonicalRequest(request, signed))].join('\n');
  const signature = hmac(signingKey(scope, time.slice(0, 8)), toSign).toString('hex');
  const names = [...signed.keys()].join(';');
  const proof = `Credential=${credentials.accessKeyId}/${credentialScope}, SignedHeaders=${names}, Signature=${signature}`;
  return { ...added, authorization: `AWS4-HMAC-SHA256 ${proof}` };
}

function canonicalRequest({ method, url, body }: SignableRequest, signed: ReadonlyMap<string, string>): string {
  const headers = [...signed].map(([name, value]) => `${name}:${value.trim().replaceAll(/ +/g, ' ')}\n`).join('');
  // All services but S3 want the path, already encoded in the URL, encoded a second time.
  const path = url.pathname.split('/').map(encodeStrictly).join('/');
  return [method, path, canonicalQuery(url), headers, [...signed.keys()].join(';'), sha256(body)].join('\n');
}

function canonicalQuery(url: URL): string {
  const pairs = [...url.searchParams].map(([name, value]): Pair => [encodeStrictly(name), encodeStrictly(value)]);
  return sortedPairs(pairs)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

type Pair = readonly [name: string, value: string];

/** By name, then by value, in the order of character codes. */
function sortedPairs(pairs: readonly Pair[]): readonly Pair[] {
  return pairs.toSorted(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** RFC 3986: everything but letters, digits and `-._~`. */
function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function signingKey({ credentials, region, service }: SigningScope, day: string): Buffer {
  return [day, region, service, 'aws4_request'].reduce<Buffer>(
    (key, part) => hmac(key, part),
    Buffer.from(`AWS4${credentials.secretAccessKey}`),
  );
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
