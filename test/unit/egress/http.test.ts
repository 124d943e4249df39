import { describe, expect, it } from '@jest/globals';
import type { LookupAddress } from 'node:dns';
import { gzipSync } from 'node:zlib';
import { createHttpClient, inTime, type Deadline, type HttpClient, type HttpRequest } from '#shared/http.ts';
import { answering, answeringInTurn, openServer, type MetricServer } from '../metric-providers/support.ts';

/** A deadline that passes when the test says so. */
function deadline(): Deadline & { pass(): void } {
  const controller = new AbortController();
  return { length: 10_000, signal: controller.signal, pass: () => controller.abort() };
}

function clientFor(server: Pick<MetricServer, 'host'>, addresses?: Record<string, LookupAddress[]>): HttpClient {
  const port = server.host.split(':')[1];
  const resolve = addresses && (async (host: string) => addresses[host] ?? []);
  return createHttpClient({ egress: { loopback: [server.host, `metrics.test:${port}`] }, resolve });
}

function get(url: string, change: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'GET', url, deadline: deadline(), maxBytes: 1_000, ...change };
}

const HEADERS = [
  { name: 'Authorization', value: 'Bearer t' },
  { name: 'X-Key', value: 'k' },
];

describe('given a request, when it is sent', () => {
  it('then exactly its headers arrive, the later of two, in UTF-8, without those that frame the message', async () => {
    const server = await openServer(answering('ok'));
    const headers = [
      { name: 'X-Tenant', value: 'first' },
      { name: 'x-tenant', value: 'zweite Ü' },
      { name: 'Host', value: 'evil' },
      { name: 'Content-Length', value: '9999' },
    ];
    await clientFor(server).exchange(get(server.address, { method: 'POST', body: 'bödy', headers }));
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'POST', body: 'bödy' });
    expect(Buffer.from(request?.headers['x-tenant'] ?? '', 'latin1').toString()).toBe('zweite Ü');
    expect(request?.headers).toMatchObject({ host: server.host, 'content-length': '5', 'user-agent': 'weir' });
    expect(request?.headers).not.toHaveProperty('content-type');
  });

  it.each([
    [{ headers: [{ name: 'X-A', value: 'a\r\nX-B: b' }] }, 'invalid header field value for "X-A"'],
    [{ headers: [{ name: 'X A', value: 'a' }] }, 'invalid header field name "X A"'],
    [{ method: 'GET / HTTP/1.1\r\n' }, String.raw`invalid method "GET / HTTP/1.1\r\n"`],
    [{ url: 'http://user:secret@127.0.0.1/' }, 'a user in the URL is not allowed; use a header'],
  ])('then %j is refused', async (change, reason) => {
    const server = await openServer(answering('ok'));
    const outcome = await clientFor(server).exchange(get(server.address, change));
    expect(outcome).toEqual({ state: 'failed', failure: { kind: 'refused', reason } });
    expect(server.requests).toEqual([]);
  });
});

describe('given a server that misbehaves', () => {
  it('when it never answers, then the deadline ends the exchange', async () => {
    const limit = deadline();
    const server = await openServer(() => limit.pass());
    const outcome = await clientFor(server).exchange(get(server.address, { deadline: limit }));
    expect(outcome).toEqual({
      state: 'failed',
      failure: { kind: 'timeout', reason: 'no complete answer within 10 s' },
    });
  });

  it('when it sends byte after byte, then the deadline ends the exchange', async () => {
    const limit = deadline();
    const server = await openServer((_request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('x', () => limit.pass());
    });
    const outcome = await clientFor(server).exchange(get(server.address, { deadline: limit }));
    expect(outcome).toMatchObject({ state: 'failed', failure: { kind: 'timeout' } });
  });

  it('when the caller gives up, then the exchange is cancelled', async () => {
    const caller = new AbortController();
    const server = await openServer(() => caller.abort());
    const outcome = await clientFor(server).exchange(get(server.address, { signal: caller.signal }));
    expect(outcome).toEqual({ state: 'failed', failure: { kind: 'cancelled', reason: 'cancelled' } });
  });

  it.each([
    ['plain', 'x'.repeat(1_001), {}],
    ['a gzip bomb', gzipSync(Buffer.alloc(5_000_000)), { 'content-encoding': 'gzip' }],
  ])('when its answer is too large (%s), then it is refused', async (_name, body, headers) => {
    const server = await openServer(answering(body, 200, headers));
    const outcome = await clientFor(server).exchange(get(server.address));
    const failure = { kind: 'too-large', reason: 'the answer is larger than 1000 bytes' };
    expect(outcome).toEqual({ state: 'failed', failure });
  });

  it('when its answer is as large as allowed, then it is taken', async () => {
    const server = await openServer(answering('x'.repeat(1_000)));
    const outcome = await clientFor(server).exchange(get(server.address));
    expect(outcome).toMatchObject({ state: 'answered', answer: { status: 200, body: 'x'.repeat(1_000) } });
  });

  it.each([
    ['before the answer', (): void => undefined],
    ['in the middle of it', undefined],
  ])('when it hangs up %s, then that is the failure', async (_name, begin) => {
    const server = await openServer((_request, response) => {
      if (begin !== undefined) return void response.destroy();
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half', () => response.destroy());
    });
    const outcome = await clientFor(server).exchange(get(server.address));
    const reason = 'connection closed before the answer was complete';
    expect(outcome).toEqual({ state: 'failed', failure: { kind: 'connection', reason } });
  });

  it('when its compressed answer is broken, then that is the failure', async () => {
    const server = await openServer(answering('not gzip', 200, { 'content-encoding': 'gzip' }));
    const outcome = await clientFor(server).exchange(get(server.address));
    expect(outcome).toMatchObject({ state: 'failed', failure: { kind: 'malformed' } });
  });

  it('when nobody listens, then the connection is refused', async () => {
    const server = await openServer(answering('ok'));
    await server.close();
    const outcome = await clientFor(server).exchange(get(server.address));
    expect(outcome).toEqual({ state: 'failed', failure: { kind: 'connection', reason: 'connection refused' } });
  });

  it('when it has closed a kept connection meanwhile, then the request is sent again on a new one', async () => {
    let dropped = false;
    const server = await openServer((request, response) => {
      if (request.path === '/second' && !dropped) {
        dropped = true;
        response.destroy();
      } else response.end(request.path);
    });
    const client = clientFor(server);
    await client.exchange(get(`${server.address}/first`));
    const outcome = await client.exchange(get(`${server.address}/second`));
    expect(outcome).toMatchObject({ state: 'answered', answer: { body: '/second' } });
    expect(server.requests.map(({ path }) => path)).toEqual(['/first', '/second', '/second']);
  });
});

describe('given redirects', () => {
  const to = (location: string, status = 302): ReturnType<typeof answering> => answering('', status, { location });

  it('when there are three, then they are followed; a fourth is refused', async () => {
    const three = await openServer(answeringInTurn(to('/a'), to('/b'), to('/c'), answering('end')));
    expect(await clientFor(three).exchange(get(three.address))).toMatchObject({ answer: { body: 'end' } });
    const loop = await openServer(to('/again'));
    const outcome = await clientFor(loop).exchange(get(loop.address));
    expect(outcome).toEqual({ state: 'failed', failure: { kind: 'refused', reason: 'more than 3 redirects' } });
    expect(loop.requests).toHaveLength(4);
  });

  it.each([
    ['http://169.254.169.254/latest/', '169.254.169.254 is a metadata address'],
    ['http://127.0.0.1:9001/', '127.0.0.1:9001 is the Lambda runtime'],
    ['file:///etc/passwd', 'scheme "file" is not allowed'],
    ['http://10.0.0.1/', '10.0.0.1 is a private address; list its range in egress.privateRanges'],
  ])('when one leads to %s, then it is refused', async (location, reason) => {
    const server = await openServer(to(location));
    const outcome = await clientFor(server).exchange(get(server.address));
    expect(outcome).toEqual({ state: 'failed', failure: { kind: 'refused', reason } });
  });

  it('when one stays at its origin, then the headers go along', async () => {
    const server = await openServer(answeringInTurn(to('/next'), answering('end')));
    await clientFor(server).exchange(get(server.address, { headers: HEADERS }));
    expect(server.requests[1]?.headers).toMatchObject({ authorization: 'Bearer t', 'x-key': 'k' });
  });

  it('when one leads to another origin, then no header goes along', async () => {
    const other = await openServer(answering('end'));
    const server = await openServer(to(`${other.address}/next`));
    const client = createHttpClient({ egress: { loopback: [server.host, other.host] } });
    expect(await client.exchange(get(server.address, { headers: HEADERS }))).toMatchObject({ answer: { body: 'end' } });
    expect(other.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(other.requests[0]?.headers).not.toHaveProperty('x-key');
  });

  it.each([
    [302, 'GET', ''],
    [303, 'GET', ''],
    [307, 'POST', 'body'],
    [308, 'POST', 'body'],
  ])('when a POST is answered with %i, then a %s follows', async (status, method, body) => {
    const server = await openServer(answeringInTurn(to('/next', status), answering('end')));
    await clientFor(server).exchange(get(server.address, { method: 'POST', body: 'body' }));
    expect(server.requests[1]).toMatchObject({ method, body, path: '/next' });
  });

  it('when a body would have to go to another origin, then it is refused', async () => {
    const other = await openServer(answering('end'));
    const server = await openServer(to(`${other.address}/next`, 307));
    const client = createHttpClient({ egress: { loopback: [server.host, other.host] } });
    const outcome = await client.exchange(get(server.address, { method: 'POST', body: 'client_secret=s' }));
    expect(outcome).toMatchObject({ state: 'failed', failure: { kind: 'refused' } });
    expect(other.requests).toEqual([]);
  });
});

describe('given a host name', () => {
  const at = (address: string): LookupAddress[] => [{ address, family: address.includes(':') ? 6 : 4 }];
  const urlOf = (server: MetricServer): string => `http://metrics.test:${server.host.split(':')[1]}/`;

  it('when it resolves to a place that is allowed, then that very address is connected to', async () => {
    const server = await openServer(answering('ok'));
    const client = clientFor(server, { 'metrics.test': at('127.0.0.1') });
    expect(await client.exchange(get(urlOf(server)))).toMatchObject({ answer: { body: 'ok' } });
  });

  it('when it resolves to an allowed and a forbidden place, then only the allowed one is tried', async () => {
    const server = await openServer(answering('ok'));
    const client = clientFor(server, { 'metrics.test': [...at('169.254.169.254'), ...at('127.0.0.1')] });
    expect(await client.exchange(get(urlOf(server)))).toMatchObject({ answer: { body: 'ok' } });
  });

  it('when it is public at first and internal for the next connection, then that connection is refused', async () => {
    const server = await openServer((_request, response) => {
      response.writeHead(200, { connection: 'close' }).end('ok');
    });
    const answers = [at('127.0.0.1'), at('169.254.169.254')];
    const resolve = async (): Promise<LookupAddress[]> => answers.shift() ?? [];
    const client = createHttpClient({ egress: { loopback: [`metrics.test:${server.host.split(':')[1]}`] }, resolve });
    expect(await client.exchange(get(urlOf(server)))).toMatchObject({ state: 'answered' });
    const reason = 'metrics.test (169.254.169.254) is a metadata address';
    expect(await client.exchange(get(urlOf(server)))).toEqual({
      state: 'failed',
      failure: { kind: 'refused', reason },
    });
    expect(server.requests).toHaveLength(1);
  });

  it('when it does not resolve, then it is told apart from a failed connection', async () => {
    const notFound = Object.assign(new Error('getaddrinfo ENOTFOUND metrics.test'), { code: 'ENOTFOUND' });
    const client = createHttpClient({ egress: {}, resolve: () => Promise.reject(notFound) });
    const failure = { kind: 'unresolved', reason: 'no such host' };
    expect(await client.exchange(get('http://metrics.test/'))).toEqual({ state: 'failed', failure });
  });
});

describe('given work that never notices its signal', () => {
  it('when the deadline passes, then it is over all the same', async () => {
    const limit = deadline();
    const work = inTime(() => new Promise<never>(() => limit.pass()), { deadline: limit });
    await expect(work).rejects.toThrow('no complete answer within 10 s');
  });

  it('when the deadline has passed before, then it is not begun', async () => {
    const limit = deadline();
    limit.pass();
    let begun = false;
    const work = inTime(async () => void (begun = true), { deadline: limit });
    await expect(work).rejects.toThrow('no complete answer');
    expect(begun).toBe(false);
  });
});
