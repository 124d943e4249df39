import { describe, expect, it } from '@jest/globals';
import type { Reading } from '#core/analysis/reading.ts';
import { answering, answeringInTurn, openServer, optionsFor, readingOf, taskFor, type Answerer } from './support.ts';

async function read(web: object, answer: Answerer): Promise<{ reading: Reading; requests: readonly object[] }> {
  const server = await openServer(answer);
  const reading = await readingOf(taskFor({ web: { url: `${server.address}/m`, ...web } }), optionsFor(server));
  return { reading, requests: server.requests };
}

describe('given a web page that answers', () => {
  it.each([
    ['the whole document', {}, '{"b":1,"a":"<x>"}', { b: 1, a: '<x>' }, String.raw`{"a":"\u003cx\u003e","b":1}`],
    ['an empty path', { jsonPath: '' }, '[1]', [1], '[1]'],
    ['the first of several', { jsonPath: '{$.items[*].v}' }, '{"items":[{"v":3},{"v":4}]}', 3, '3'],
    ['a list as a whole', { jsonPath: '{$.items}' }, '{"items":[1,2]}', [1, 2], '[1,2]'],
    ['a key with null', { jsonPath: '{$.v}' }, '{"v":null}', null, 'null'],
    ['a path without braces', { jsonPath: '$.v' }, '{"v":1}', '$.v', '"$.v"'],
    ['a huge whole number', {}, '12345678901234567890', 12_345_678_901_234_567_000, '12345678901234567000'],
    ['text', { jsonPath: '{$.v}' }, 'hello', 'hello', 'hello'],
    ['nothing', {}, '', '', ''],
    ['a number beyond the range, which is text', {}, '1e309', '1e309', '1e309'],
  ])('when it is %s', async (_name, web, body, json, text) => {
    const { reading } = await read(web, answering(body));
    expect(reading).toEqual({ kind: 'value', value: { kind: 'json', json }, text });
  });

  it.each([
    [{ jsonPath: '{$.missing}' }, '{}', 200, 'Could not find JSONPath in body: missing is not found'],
    [
      { jsonPath: '{$.a[9]}' },
      '{"a":[1,2,3]}',
      200,
      'Could not find JSONPath in body: array index out of bounds: index 9, length 3',
    ],
    [{ jsonPath: '{$.a[*]}' }, '{"a":[]}', 200, 'result of web metric produced no value'],
    [{}, 'null', 200, 'result of web metric produced no value'],
    [{}, '1', 199 + 101, 'received non 2xx response code: 300'],
    [{}, '1', 404, 'received non 2xx response code: 404'],
    [{}, '1', 500, 'received non 2xx response code: 500'],
  ])('when %j meets %s with status %i, then it is an error', async (web, body, status, message) => {
    expect((await read(web, answering(body, status))).reading).toEqual({ kind: 'error', message });
  });
});

describe('given a web metric, when it is asked', () => {
  it('then with GET and its headers, the later of two', async () => {
    const headers = [
      { key: 'X-A', value: '1' },
      { key: 'x-a', value: '2' },
    ];
    const { requests } = await read({ headers }, answering('1'));
    expect(requests).toMatchObject([{ method: 'GET', path: '/m', headers: { 'x-a': '2' }, body: '' }]);
  });

  it('then with its JSON body as written, whatever content type a header says', async () => {
    const headers = [{ key: 'content-type', value: 'text/plain' }];
    const { requests } = await read({ method: 'POST', headers, jsonBody: { b: [1, '<'], a: null } }, answering('1'));
    expect(requests).toMatchObject([
      { method: 'POST', body: '{"b":[1,"<"],"a":null}', headers: { 'content-type': 'application/json' } },
    ]);
  });

  it('then with its text body, without a content type of its own', async () => {
    const { requests } = await read({ method: 'PUT', body: 'x=1' }, answering('1'));
    expect(requests).toMatchObject([{ method: 'PUT', body: 'x=1' }]);
    expect(requests[0]).not.toHaveProperty('headers.content-type');
  });

  it('then with any method', async () => {
    expect((await read({ method: 'DELETE' }, answering('1'))).requests).toMatchObject([{ method: 'DELETE' }]);
  });

  it.each([
    [
      { body: 'x', jsonBody: {}, method: 'POST' },
      'use either Body or JSONBody; both cannot exists for WebMetric payload',
    ],
    [{ body: 'x' }, 'Body/JSONBody can only be used with POST or PUT WebMetric Method types'],
    [{ jsonBody: {}, method: 'GET' }, 'Body/JSONBody can only be used with POST or PUT WebMetric Method types'],
    [{ jsonPath: '{$.a' }, 'unclosed action'],
    [
      { authentication: { oauth2: { tokenUrl: 'http://t', clientSecret: 's' } } },
      'missing mandatory parameter in metric for OAuth2 setup',
    ],
  ])('when it is %j, then nothing is sent', async (web, message) => {
    const { reading, requests } = await read(web, answering('1'));
    expect(reading).toEqual({ kind: 'error', message });
    expect(requests).toEqual([]);
  });

  it.each([
    [undefined, 10_000],
    [0, 10_000],
    [-3, 10_000],
    [2, 2_000],
  ])('when timeoutSeconds is %p, then it may take %i ms', async (timeoutSeconds, expected) => {
    const server = await openServer(answering('1'));
    const lengths: number[] = [];
    const startDeadline = (length: number): { length: number; signal: AbortSignal } => {
      lengths.push(length);
      return { length, signal: new AbortController().signal };
    };
    await readingOf(taskFor({ web: { url: server.address, timeoutSeconds } }), optionsFor(server, { startDeadline }));
    expect(lengths).toEqual([expected]);
  });
});

describe('given OAuth 2.0 client credentials', () => {
  const oauth2 = (address: string, change: object = {}): object => ({
    url: `${address}/m`,
    authentication: { oauth2: { tokenUrl: `${address}/token`, clientId: 'id:1', clientSecret: 'se cret', ...change } },
  });
  const token = (change: object = {}): Answerer =>
    answering({ access_token: 'abcdef', token_type: 'bearer', ...change });

  it('when the server takes HTTP Basic, then its token is used', async () => {
    const server = await openServer(answeringInTurn(token(), answering('1')));
    await readingOf(taskFor({ web: oauth2(server.address, { scopes: ['a', 'b'] }) }), optionsFor(server));
    const basic = Buffer.from('id%3A1:se+cret').toString('base64');
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        path: '/token',
        body: 'grant_type=client_credentials&scope=a+b',
        headers: { authorization: `Basic ${basic}` },
      },
      { path: '/m', headers: { authorization: 'Bearer abcdef' } },
    ]);
  });

  it('when it does not, then id and secret are sent as form fields', async () => {
    const server = await openServer(
      answeringInTurn(answering('no', 401), token({ token_type: 'MAC' }), answering('1')),
    );
    await readingOf(taskFor({ web: oauth2(server.address) }), optionsFor(server));
    expect(server.requests[1]).toMatchObject({
      body: 'client_id=id%3A1&client_secret=se+cret&grant_type=client_credentials',
    });
    expect(server.requests[1]?.headers).not.toHaveProperty('authorization');
    expect(server.requests[2]?.headers).toMatchObject({ authorization: 'MAC abcdef' });
  });

  it.each([
    [
      'a refusal',
      answering({ error: 'invalid_client', error_description: 'se cret' }, 401),
      'oauth2: "invalid_client"',
    ],
    ['a page', answering('se cret', 500), 'oauth2: cannot fetch token: 500'],
    ['no token', answering({ access_token: '' }), 'oauth2: server response missing access_token'],
  ])('when it answers with %s, then the page is not asked', async (_name, answer, message) => {
    const server = await openServer(answer);
    expect(await readingOf(taskFor({ web: oauth2(server.address) }), optionsFor(server))).toEqual({
      kind: 'error',
      message,
    });
    expect(server.requests.every(({ path }) => path === '/token')).toBe(true);
  });

  it('when the token address leads inside, then it is refused', async () => {
    const server = await openServer(answering('1'));
    const web = oauth2(server.address, { tokenUrl: 'http://169.254.170.2/v2/credentials' });
    const reading = await readingOf(taskFor({ web }), optionsFor(server));
    const message = 'POST "http://169.254.170.2": not allowed: 169.254.170.2 is a metadata address';
    expect(reading).toEqual({ kind: 'error', message });
  });

  it('when the token comes as a form, then it is used', async () => {
    const server = await openServer((request, response) => {
      response.end(request.path === '/token' ? 'access_token=abc%20def&token_type=bearer' : '1');
    });
    await readingOf(taskFor({ web: oauth2(server.address) }), optionsFor(server));
    expect(server.requests.at(-1)?.headers).toMatchObject({ authorization: 'Bearer abc def' });
  });

  it('when the secret is no longer than a syllable, then what the page says stays readable', async () => {
    const server = await openServer(answeringInTurn(answering({ access_token: 'T' }), answering('a Test')));
    const web = oauth2(server.address, { clientSecret: 'es' });
    expect(await readingOf(taskFor({ web }), optionsFor(server))).toMatchObject({ text: 'a Test' });
  });

  it('when the page echoes token and secret, then the reading does not', async () => {
    const spellings = ['se cret', 'se+cret', 'se%20cret', Buffer.from('se cret').toString('base64')].join(' ');
    const echo: Answerer = (request, response) => {
      const echoed = `${request.headers['authorization']} ${spellings}`;
      response.end(request.path === '/token' ? '{"access_token":"abcdef"}' : echoed);
    };
    const server = await openServer(echo);
    const reading = await readingOf(taskFor({ web: oauth2(server.address) }), optionsFor(server));
    expect(reading).toMatchObject({ kind: 'value', text: 'Bearer ***** ***** ***** ***** *****' });
  });
});
