import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { httpFunction } from '#shared/lambda.ts';
import { startWebServer, type WebServer } from '../../../infra/local/web-server.ts';
import { aLog } from '../../support/quiet-log.ts';

let server: WebServer;
beforeEach(async () => {
  const handle = async ({ rawBody, path }: { rawBody: string; path: string }) => ({
    status: 200,
    body: { path, bytes: rawBody.length },
  });
  const ports = { log: aLog(), clock: { now: () => 0 } };
  server = await startWebServer({ echo: httpFunction({ name: 'echo', handle, largestBodyBytes: 1e9 }, ports) });
});
afterEach(() => server.stop());

/** As a request line can be written, whatever an HTTP client thinks of it. */
function ask(path: string, body = ''): Promise<{ status: number | undefined; text: string }> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method: 'POST' }, async (response) => {
      let text = '';
      for await (const chunk of response) text += String(chunk);
      resolve({ status: response.statusCode, text });
    });
    sent.on('error', reject).end(body);
  });
}

describe('given the local web server', () => {
  it('when a route is asked, then its function answers', async () => {
    expect(await ask('/echo/a?b=c', 'four')).toEqual({ status: 200, text: '{"path":"/echo/a","bytes":4}\n' });
  });

  it.each(['/', '/nothing', '/__proto__', '/constructor'])('when %s is asked, then there is nothing', async (path) => {
    expect(await ask(path)).toMatchObject({ status: 404 });
  });

  it.each(['//x:y', '//', 'http://[::1'])('when %s is asked, then that is no address, and it goes on', async (path) => {
    expect(await ask(path)).toMatchObject({ status: 400 });
    expect(await ask('/echo')).toMatchObject({ status: 200 });
  });

  it('when a body is too large, then it says so and reads no further', async () => {
    expect(await ask('/echo', 'x'.repeat(10_000_001))).toMatchObject({ status: 413 });
    expect(await ask('/echo')).toMatchObject({ status: 200 });
  });
});
