/** A metrics system on a free local port that answers what a test says, and providers that may reach it. */
import { afterEach } from '@jest/globals';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { MeasurementTask, Reading } from '#core/analysis/reading.ts';
import type { AnalysisRun, Measurement, Metric } from '#core/resources/argo.ts';
import { createMetricProviders, type MetricProviderOptions } from '#shared/metric-providers/registry.ts';
import type { Cluster, MetricProvider } from '#shared/ports.ts';

export const NOW = Date.UTC(2024, 0, 1);

export interface ServedRequest {
  readonly method: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface MetricServer {
  readonly address: string;
  /** Host and port. */
  readonly host: string;
  readonly requests: readonly ServedRequest[];
  close(): Promise<void>;
}

export type Answerer = (request: ServedRequest, response: ServerResponse) => void;

const open = new Set<MetricServer>();

afterEach(async () => {
  await Promise.all([...open].map((server) => server.close()));
});

/** Closed after the test, if not before. */
export async function openServer(answer: Answerer): Promise<MetricServer> {
  const requests: ServedRequest[] = [];
  const listener = createServer((incoming, response) => {
    void (async () => {
      const { method = '', url: path = '', headers } = incoming;
      const request = { method, path, headers: headers as ServedRequest['headers'], body: await text(incoming) };
      requests.push(request);
      answer(request, response);
    })();
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(listener.address() as AddressInfo).port}`;
  const server: MetricServer = {
    address: `http://${host}`,
    host,
    requests,
    close: async () => {
      if (!open.delete(server)) return;
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
      listener.closeAllConnections();
      await closed;
    },
  };
  open.add(server);
  return server;
}

/** The same answer to every request. */
export function answering(body: unknown, status = 200, headers: Record<string, string> = {}): Answerer {
  return (_request, response) => {
    response
      .writeHead(status, headers)
      .end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
  };
}

/** One answer after the other; the last stays. */
export function answeringInTurn(...answers: readonly Answerer[]): Answerer {
  let turn = 0;
  return (request, response) => {
    answers[Math.min(turn, answers.length - 1)]!(request, response);
    turn += 1;
  };
}

/** Providers that may reach the server and nothing else on this machine. */
export function optionsFor(
  server: Pick<MetricServer, 'host'>,
  options: Partial<MetricProviderOptions> = {},
): MetricProviderOptions {
  return {
    clock: { now: () => NOW },
    cluster: { name: 'local' } as Cluster,
    addressRules: [],
    egress: { loopback: [server.host] },
    secrets: async () => undefined,
    controllerNamespace: 'argo-rollouts',
    environment: {},
    ...options,
  };
}

export function secretsOf(secrets: Readonly<Record<string, Record<string, string>>>): MetricProviderOptions['secrets'] {
  return async (namespace, name) =>
    secrets[`${namespace}/${name}`] ?? (namespace === 'argo-rollouts' ? secrets[name] : undefined);
}

export function aRun(status?: AnalysisRun['status']): AnalysisRun {
  const metadata = { name: 'run', namespace: 'shop', uid: 'run-uid' };
  const run: AnalysisRun = { apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisRun', metadata, spec: { metrics: [] } };
  return status === undefined ? run : { ...run, status };
}

/** @param provider the `provider` of a metric, fields included that the generated types do not know yet */
export function taskFor(
  provider: object,
  change: Partial<MeasurementTask> & { interval?: string } = {},
): MeasurementTask {
  const { interval, ...task } = change;
  const metric = { name: 'm', provider, ...(interval === undefined ? {} : { interval }) } as Metric;
  return { operation: 'run', run: aRun(), metric, now: NOW, ...task };
}

export function inFlight(metadata: Record<string, string>, startedAt = '2024-01-01T00:00:00Z'): Measurement {
  return { phase: 'Running', startedAt, metadata };
}

export async function providerFor(task: MeasurementTask, options: MetricProviderOptions): Promise<MetricProvider> {
  return createMetricProviders(options).for(task.metric);
}

/** One reading, as a pass takes it. */
export async function readingOf(
  task: MeasurementTask,
  options: MetricProviderOptions,
  signal: AbortSignal = new AbortController().signal,
): Promise<Reading> {
  const provider = await providerFor(task, options);
  return provider.read(task, signal);
}
