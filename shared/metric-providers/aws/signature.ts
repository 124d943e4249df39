/** A request with its AWS proof: Signature Version 4 in headers, computed by the SDK's own signer. */
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import type { Instant } from '#core/time.ts';
import { headersOf, type HttpRequest } from '../../http.ts';
import { decodeForm } from '../form.ts';

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
export async function signed<T extends Signable>(request: T, { now, ...scope }: SigningScope): Promise<T> {
  const { SignatureV4 } = await import('@smithy/signature-v4');
  const signer = new SignatureV4({ ...scope, sha256: Sha256, applyChecksum: false });
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
    { signingDate: new Date(now) },
  );
  return { ...request, headers: [...headers.filter((header) => !covered.includes(header)), ...headersOf(proven)] };
}

/** Every name with all its values. */
function queryOf(url: URL): Record<string, string[]> {
  const byName = Map.groupBy(decodeForm(url.search), ([name]) => name);
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
