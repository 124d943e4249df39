/** A Prometheus that answers by the words of the query: good 1, bad 0, anything else 0.5. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface PrometheusStub {
  /** `127.0.0.1:port`. */
  readonly host: string;
  close(): Promise<void>;
}

export async function startPrometheusStub(): Promise<PrometheusStub> {
  const server = createServer((request, response) => {
    void queryOf(request).then((query) => response.end(answerTo(query)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Argo's client posts it, others may ask for it. */
async function queryOf(request: IncomingMessage): Promise<string> {
  const body = await text(request);
  return new URLSearchParams(body || new URL(request.url ?? '/', 'http://stub').search).get('query') ?? '';
}

function answerTo(query: string): string {
  const value = [Math.floor(Date.now() / 1_000), { good: '1', bad: '0' }[query] ?? '0.5'];
  return JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value }] } });
}
