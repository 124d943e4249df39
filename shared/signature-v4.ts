/** A request with its AWS proof: Signature Version 4, computed by the SDK's own signer. */
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SECOND, type Instant, type Millis } from '#core/time.ts';
import { headersOf, type HttpRequest } from './http.ts';

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

/** Only what AWS reads is signed: a proxy on the way may touch the rest. */
const READ_BY_AWS = /^(content-type|x-amz-.*)$/i;

/** Adds date, session token and proof to the headers; the host is signed as the URL names it. */
export async function signed<T extends Signable>(request: T, scope: SigningScope): Promise<T> {
  const signer = await signerFor(scope);
  const url = new URL(request.url);
  const headers = request.headers ?? [];
  const covered = headers.filter(({ name }) => READ_BY_AWS.test(name));
  const { headers: proven } = await signer.sign(
    {
      method: request.method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: queryOf(url),
      headers: { host: url.host, ...Object.fromEntries(covered.map(({ name, value }) => [name.toLowerCase(), value])) },
      body: request.body ?? '',
    },
    { signingDate: new Date(scope.now) },
  );
  return { ...request, headers: [...headers.filter((header) => !covered.includes(header)), ...headersOf(proven)] };
}

export interface Presigning {
  /** Must be sent with the request, beside the host. */
  readonly headers: Readonly<Record<string, string>>;
  /** How long whoever has the URL may use it. */
  readonly expiresIn: Millis;
}

/** The URL of a GET with its proof in the query. */
export async function presigned(
  address: string,
  { headers, expiresIn }: Presigning,
  scope: SigningScope,
): Promise<string> {
  const url = new URL(address);
  const signer = await signerFor(scope);
  const { query = {} } = await signer.presign(
    {
      method: 'GET',
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: queryOf(url),
      headers: { host: url.host, ...headers },
    },
    { signingDate: new Date(scope.now), expiresIn: expiresIn / SECOND },
  );
  const fields = Object.entries(query).flatMap(([name, value]) =>
    [value ?? ''].flat().map((one) => [name, one] as const),
  );
  const text = fields.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
  return `${url.origin}${url.pathname}?${text}`;
}

async function signerFor({ service, region, credentials }: SigningScope) {
  const { SignatureV4 } = await import('@smithy/signature-v4');
  return new SignatureV4({ service, region, credentials, sha256: Sha256, applyChecksum: false });
}

/** Every name with all its values. */
function queryOf(url: URL): Record<string, string[]> {
  const byName = Map.groupBy([...url.searchParams], ([name]) => name);
  return Object.fromEntries([...byName].map(([name, fields]) => [name, fields.map(([, value]) => value)]));
}

/** Node's SHA-256 in the shape that the signer asks for; with a secret, its HMAC. */
class Sha256 {
  readonly #secret: Secret | undefined;
  #hash: Hash | Hmac;
  constructor(secret?: Secret) {
    this.#secret = secret;
    this.#hash = begun(secret);
  }
  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {
    this.#hash = begun(this.#secret);
  }
}

type Secret = string | ArrayBuffer | ArrayBufferView;

function begun(secret: Secret | undefined): Hash | Hmac {
  return secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
}

function bytesOf(secret: Secret): Uint8Array {
  if (typeof secret === 'string') return Buffer.from(secret);
  if (!ArrayBuffer.isView(secret)) return new Uint8Array(secret);
  return new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength);
}
