import { describe, expect, it } from '@jest/globals';
import type { HttpRequest } from '#shared/http.ts';
import { headersOf } from '#shared/http-headers.ts';
import { signed } from '#shared/aws-client/signature-v4.ts';

/** Credentials, time and expected signatures of AWS's published Signature Version 4 test suite. */
const SCOPE = {
  service: 'service',
  region: 'us-east-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
  now: Date.UTC(2015, 7, 30, 12, 36),
};

describe('given a request of the AWS test suite, when it is signed, then the signature is the published one', () => {
  it.each([
    ['get-vanilla', 'GET', '/', {}, '', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    [
      'get-vanilla-query-order-key-case',
      'GET',
      '/?Param2=value2&Param1=value1',
      {},
      '',
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    ['post-vanilla', 'POST', '/', {}, '', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
    [
      'post-x-www-form-urlencoded',
      'POST',
      '/',
      { 'content-type': 'application/x-www-form-urlencoded' },
      'Param1=value1',
      'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    ],
  ])('%s', (_name, method, path, headers, body, signature) => {
    const url = `https://example.amazonaws.com${path}`;
    const request = { method, url, headers: headersOf(headers), body };
    const proof = headerOf(signed(request, SCOPE), 'authorization');
    expect(proof).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20150830\/us-east-1\/service\/aws4_request, /);
    expect(proof).toContain(`Signature=${signature}`);
  });
});

describe('given a request with headers', () => {
  it('when it is signed, then those that AWS does not read stay as they are and are not covered', () => {
    const headers = headersOf({ 'X-Tenant': 'a', 'Content-Type': 'text/plain', 'x-tenant': 'b' });
    const request = signed({ method: 'GET', url: 'https://example.amazonaws.com/', headers }, SCOPE);
    expect(request.headers?.slice(0, 2)).toEqual(headersOf({ 'X-Tenant': 'a', 'x-tenant': 'b' }));
    expect(headerOf(request, 'authorization')).toContain('SignedHeaders=content-type;host;x-amz-date,');
  });

  it('when the credentials are temporary, then their token goes along, covered', () => {
    const credentials = { ...SCOPE.credentials, sessionToken: 'session-1' };
    const plain = { method: 'GET', url: 'https://example.amazonaws.com/', headers: [] };
    const request = signed(plain, { ...SCOPE, credentials });
    expect(headerOf(request, 'x-amz-security-token')).toBe('session-1');
    expect(headerOf(request, 'authorization')).toContain('SignedHeaders=host;x-amz-date;x-amz-security-token,');
  });
});

function headerOf({ headers = [] }: Pick<HttpRequest, 'headers'>, wanted: string): string | undefined {
  return headers.find(({ name }) => name === wanted)?.value;
}
