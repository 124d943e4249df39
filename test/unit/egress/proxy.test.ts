import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createHttpClient, startDeadline, type HttpClient, type HttpOutcome, type HttpRequest } from '#shared/http.ts';
import { answering, openServer, optionsFor, readingOf, taskFor } from '../metric-providers/support.ts';

/** A proxy that answers for everybody, and what it was asked. */
interface Proxy {
  readonly url: string;
  readonly asked: readonly string[];
  readonly authorizations: readonly (string | undefined)[];
}

const open = new Set<Server>();

afterEach(async () => {
  for (const server of open) {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
  open.clear();
});

/** @param tunnel what becomes of a connection that a client wants to speak TLS over */
async function openProxy(tunnel: (socket: Socket) => void = (socket) => socket.destroy()): Promise<Proxy> {
  const asked: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const server = createServer(({ method, url, headers }, response) => {
    asked.push(`${method} ${url}`);
    authorizations.push(headers['proxy-authorization']);
    response.end('from the proxy');
  });
  server.on('connect', ({ url }, socket: Socket) => {
    asked.push(`CONNECT ${url}`);
    socket.on('error', () => undefined);
    tunnel(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.add(server);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, authorizations };
}

const PUBLIC = async (): Promise<{ address: string; family: number }[]> => [{ address: '93.184.216.34', family: 4 }];

function clientBehind(environment: Record<string, string>, resolve = PUBLIC): HttpClient {
  return createHttpClient({ egress: {}, resolve, environment });
}

function get(client: HttpClient, url: string, change: Partial<HttpRequest> = {}): Promise<HttpOutcome> {
  return client.exchange({ method: 'GET', url, deadline: startDeadline(10_000), maxBytes: 1_000, ...change });
}

describe('given a proxy in the environment', () => {
  it('when a page is asked for, then the proxy is asked for it by its whole address', async () => {
    const proxy = await openProxy();
    const outcome = await get(clientBehind({ HTTP_PROXY: proxy.url }), 'http://metrics.test:9090/api?x=1');
    expect(outcome).toMatchObject({ state: 'answered', answer: { body: 'from the proxy' } });
    expect(proxy.asked).toEqual(['GET http://metrics.test:9090/api?x=1']);
  });

  it('when it wants a user, then it is told', async () => {
    const proxy = await openProxy();
    const withUser = proxy.url.replace('//', '//ana:s3@');
    await get(clientBehind({ HTTP_PROXY: withUser }), 'http://metrics.test/');
    expect(proxy.authorizations).toEqual([`Basic ${Buffer.from('ana:s3').toString('base64')}`]);
  });

  it('when the page is https, then it is asked for a tunnel, and TLS begins inside', async () => {
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    const proxy = await openProxy((socket) => {
      socket.once('data', (hello: Buffer) => {
        resolve(hello[0]);
        socket.destroy();
      });
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
    });
    const outcome = await get(clientBehind({ HTTPS_PROXY: proxy.url }), 'https://metrics.test/');
    expect(outcome).toMatchObject({ state: 'failed', failure: { kind: 'connection' } });
    expect(proxy.asked).toEqual(['CONNECT metrics.test:443']);
    expect(await promise).toBe(0x16);
  });

  it('when it opens no tunnel, then that is the failure', async () => {
    const proxy = await openProxy((socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
    const outcome = await get(clientBehind({ HTTPS_PROXY: proxy.url }), 'https://metrics.test/');
    const failure = { kind: 'connection', reason: 'the proxy opened no tunnel' };
    expect(outcome).toEqual({ state: 'failed', failure });
  });

  it.each([
    ['http://169.254.169.254/', '93.184.216.34', '169.254.169.254 is a metadata address'],
    ['http://metadata.google.internal/', '93.184.216.34', 'metadata.google.internal is a metadata service'],
    ['http://metrics.test/', '169.254.169.254', 'metrics.test (169.254.169.254) is a metadata address'],
    [
      'http://metrics.test/',
      '127.0.0.1',
      'metrics.test (127.0.0.1) is a loopback address; list metrics.test:80 in egress.loopback',
    ],
  ])('when %s (%s) is asked for, then it is judged as without a proxy', async (url, address, reason) => {
    const proxy = await openProxy();
    const resolve = async (): Promise<{ address: string; family: number }[]> => [
      ...(await PUBLIC()),
      { address, family: 4 },
    ];
    const outcome = await get(clientBehind({ HTTP_PROXY: proxy.url }, resolve), url);
    expect(outcome).toEqual({ state: 'failed', failure: { kind: 'refused', reason } });
    expect(proxy.asked).toEqual([]);
  });

  it('when only the proxy can resolve the name, then it is asked', async () => {
    const proxy = await openProxy();
    const unknown = (): Promise<never> => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' }));
    const outcome = await get(clientBehind({ HTTP_PROXY: proxy.url }, unknown), 'http://metrics.test/');
    expect(outcome).toMatchObject({ state: 'answered' });
  });

  it('when a redirect leads inside, then it is refused', async () => {
    const proxy = await openServer(answering('', 302, { location: 'http://169.254.169.254/' }));
    const outcome = await get(clientBehind({ HTTP_PROXY: proxy.address }), 'http://metrics.test/');
    expect(outcome).toMatchObject({ state: 'failed', failure: { kind: 'refused' } });
    expect(proxy.requests).toHaveLength(1);
  });

  it('when the request is direct, then it goes past the proxy', async () => {
    const proxy = await openProxy();
    const refusing = async (): Promise<{ address: string; family: number }[]> => [{ address: '10.0.0.1', family: 4 }];
    await get(clientBehind({ HTTP_PROXY: proxy.url }, refusing), 'http://metrics.test/', { direct: true });
    expect(proxy.asked).toEqual([]);
  });

  it('when it speaks neither http nor https, then nothing goes past it in silence', async () => {
    const outcome = await get(clientBehind({ HTTP_PROXY: 'socks5://127.0.0.1:1' }), 'http://metrics.test/');
    const reason = 'the proxy of HTTP_PROXY or HTTPS_PROXY is no http or https URL';
    expect(outcome).toEqual({ state: 'failed', failure: { kind: 'refused', reason } });
  });
});

describe('given a metric behind a proxy', () => {
  it.each([
    ['Prometheus', { prometheus: { address: 'http://metrics.test', query: 'up' } }, 1],
    ['Prometheus, insecure', { prometheus: { address: 'http://metrics.test', query: 'up', insecure: true } }, 1],
    ['web', { web: { url: 'http://metrics.test/' } }, 1],
    ['web, insecure', { web: { url: 'http://metrics.test/', insecure: true } }, 0],
  ])('when it is %s, then the proxy is asked as Argo does', async (_name, provider, times) => {
    const proxy = await openProxy();
    const options = optionsFor(
      { host: '127.0.0.1:1' },
      { environment: { HTTP_PROXY: proxy.url }, resolve: async () => (times === 0 ? [] : PUBLIC()) },
    );
    await readingOf(taskFor(provider), options);
    expect(proxy.asked).toHaveLength(times);
  });
});
