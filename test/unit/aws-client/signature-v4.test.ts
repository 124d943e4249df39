import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { presigned, signed, type SigningScope } from '#shared/aws-client/signature-v4.ts';

/** Node's SHA-256 in the shape that the SDK's signer asks for; with a secret, its HMAC. */
class Sha256 {
  readonly #hash;
  constructor(secret?: Uint8Array | string) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  }
  update(chunk: Uint8Array | string): void {
    this.#hash.update(chunk);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

function signerOf({ service, region, credentials }: SigningScope): SignatureV4 {
  return new SignatureV4({ service, region, credentials, sha256: Sha256 as never, applyChecksum: false });
}

function requestOf(method: string, address: string, headers: Readonly<Record<string, string>>, body = '') {
  const { protocol, hostname, host, pathname: path, searchParams } = new URL(address);
  const query = Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)] as const),
  );
  return { method, protocol, hostname, path, query, headers: { host, ...headers }, body };
}

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const named = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 });
const segment = fc.oneof(fc.constantFrom('a b', "it's", '(x)', '*', '%41', 'ü', 'workspaces', '..', ''), text);
const scope: fc.Arbitrary<SigningScope> = fc.record({
  service: fc.constantFrom('sqs', 'dynamodb', 'aps', 'sts'),
  region: fc.constantFrom('eu-west-1', 'cn-north-1'),
  now: fc.date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true }).map(Number),
  credentials: fc.record(
    { accessKeyId: fc.constant('AKIDEXAMPLE'), secretAccessKey: text, sessionToken: fc.base64String({ minLength: 1 }) },
    { requiredKeys: ['accessKeyId', 'secretAccessKey'] },
  ),
});
const address = fc
  .record({
    host: fc.constantFrom('sqs.eu-west-1.amazonaws.com', '127.0.0.1:8000'),
    path: fc.array(segment.map(encodeURIComponent), { maxLength: 4 }),
    query: fc.array(fc.tuple(named, text), { maxLength: 4 }),
  })
  .map(({ host, path, query }) => `https://${host}/${path.join('/')}?${String(new URLSearchParams(query))}`);
const value = fc.string({ unit: fc.constantFrom('a', 'Z', ' ', '\t', '/', ';', '=') });

describe('given any request to AWS', () => {
  it('when it is signed, then its proof is the one of the SDK', async () => {
    const method = fc.constantFrom('GET', 'POST', 'PUT');
    const property = fc.asyncProperty(method, address, value, text, scope, async (verb, url, target, body, where) => {
      const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target };
      const list = [...Object.entries(headers), ['x-other', 'y'] as const].map(([name, given]) => ({
        name,
        value: given,
      }));
      const ours = signed({ method: verb, url, headers: list, body }, where);
      const theirs = await signerOf(where).sign(requestOf(verb, url, headers, body), {
        signingDate: new Date(where.now),
      });
      expect(Object.fromEntries(ours.headers.map(({ name, value: given }) => [name, given]))).toEqual({
        ...theirs.headers,
        'x-other': 'y',
      });
    });
    await fc.assert(property);
  });

  it('when its URL is signed for a while, then that is the URL of the SDK', async () => {
    const property = fc.asyncProperty(address, scope, async (url, where) => {
      const headers = { 'x-k8s-aws-id': ' my  cluster ' };
      const ours = new URL(presigned(url, { headers, expiresIn: 60_000 }, where));
      const { query = {} } = await signerOf(where).presign(requestOf('GET', url, headers), {
        signingDate: new Date(where.now),
        expiresIn: 60,
      });
      const names = [...new Set(ours.searchParams.keys())];
      expect(Object.fromEntries(names.map((name) => [name, ours.searchParams.getAll(name).toSorted()]))).toEqual(
        Object.fromEntries(Object.entries(query).map(([name, given]) => [name, [given ?? ''].flat().toSorted()])),
      );
    });
    await fc.assert(property);
  });
});
