/** A Prometheus that answers at once and remembers who asked what and when. What it answers can be turned bad. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { queryOf, vectorOf } from '../../support/prometheus-api.ts';

export interface MetricsSource {
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** When each query was asked, ms since 1970 with fractions. */
  readonly asked: ReadonlyMap<string, readonly number[]>;
  /** Connections opened so far. */
  readonly connections: number;
  /** From now on 0 instead of 1. @returns when each query was first answered so; filled as it happens */
  turnBad(): ReadonlyMap<string, number>;
  /** As it was in the beginning. */
  forget(): void;
  close(): Promise<void>;
}

export async function startMetricsSource(): Promise<MetricsSource> {
  const asked = new Map<string, number[]>();
  let connections = 0;
  let bad: Map<string, number> | undefined;
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const query = await queryOf(request);
    const at = performance.timeOrigin + performance.now();
    const times = asked.get(query) ?? [];
    times.push(at);
    asked.set(query, times);
    if (bad !== undefined && !bad.has(query)) bad.set(query, at);
    response.end(vectorOf(bad === undefined ? 1 : 0));
  }
  const server = createServer((request, response) => void respond(request, response));
  server.keepAliveTimeout = 60_000;
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    get connections() {
      return connections;
    },
    turnBad: () => (bad = new Map()),
    forget() {
      asked.clear();
      connections = 0;
      bad = undefined;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
