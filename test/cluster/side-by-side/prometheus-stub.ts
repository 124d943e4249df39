/** A Prometheus that answers by the words of the query: good 1, bad 0, anything else 0.5, unless it has been told otherwise. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { queryOf, vectorOf } from '../../support/prometheus-api.ts';

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
    void queryOf(request).then((query) => response.end(vectorOf(values.get(query) ?? 0.5)));
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
