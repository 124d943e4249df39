/** A Prometheus that answers by the words of the query: good 1, bad 0, anything else 0.5, unless it has been told otherwise. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface PrometheusStub {
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** From now on, this query has this value. */
  answer(query: string, value: number): void;
  close(): Promise<void>;
}

export async function startPrometheusStub(): Promise<PrometheusStub> {
  const values = new Map([
    ['good', 1],
    ['bad', 0],
  ]);
  const server = createServer((request, response) => {
    void queryOf(request).then((query) => response.end(answerWith(values.get(query) ?? 0.5)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: (query, value) => void values.set(query, value),
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

function answerWith(value: number): string {
  const result = [{ metric: {}, value: [Math.floor(Date.now() / 1_000), `${value}`] }];
  return JSON.stringify({ status: 'success', data: { resultType: 'vector', result } });
}
