/** A small service with the metrics that the guidelines require, of one version: it behaves as that version does. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export interface Behaviour {
  /** Of all requests, 0 to 1. */
  readonly serverErrors: number;
  readonly clientErrors: number;
  readonly latencyMs: number;
  /** 0 to 1. */
  readonly saturation: number;
}

export const GOOD: Behaviour = { serverErrors: 0, clientErrors: 0.01, latencyMs: 5, saturation: 0.3 };
export const BAD: Behaviour = { serverErrors: 0.9, clientErrors: 0.05, latencyMs: 40, saturation: 0.95 };

export interface App {
  /** `127.0.0.1:port`; it serves work at `/` and metrics at `/metrics`. */
  readonly host: string;
  close(): Promise<void>;
}

export async function startApp(behaviour: Behaviour): Promise<App> {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({ name: 'http_requests_total', help: 'Requests', labelNames: ['status'], registers });
  const duration = new Histogram({ name: 'http_request_duration_seconds', help: 'Time taken', registers });
  new Gauge({ name: 'app_saturation_ratio', help: 'How full', registers }).set(behaviour.saturation);
  let served = 0;
  const server = createServer((asked, response) => {
    void (asked.url === '/metrics' ? show(response) : work(response));
  });

  async function show(response: ServerResponse): Promise<void> {
    response.end(await registry.metrics());
  }

  async function work(response: ServerResponse): Promise<void> {
    const done = duration.startTimer();
    await sleep(behaviour.latencyMs);
    const status = statusOf(behaviour, served++);
    requests.inc({ status });
    done();
    response.writeHead(status).end();
  }

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

/** Spread evenly over each hundred requests. */
function statusOf({ serverErrors, clientErrors }: Behaviour, count: number): number {
  const place = ((count * 37) % 100) / 100;
  if (place < serverErrors) return 500;
  return place < serverErrors + clientErrors ? 404 : 200;
}
