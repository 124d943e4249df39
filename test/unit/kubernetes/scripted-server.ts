/** An HTTP server that answers what a test says, and remembers what it was asked. It knows nothing of Kubernetes but discovery. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { KubeConfig } from '@kubernetes/client-node';
import {
  createKubernetesCluster,
  type KubernetesCluster,
  type KubernetesClusterOptions,
} from '#shared/kubernetes/cluster.ts';

export interface Asked {
  /** `GET /api/v1/…`, without the query. */
  readonly line: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** A body (200), a code with a body and headers, or whatever is done with the response. */
export type Reply =
  | { readonly body: unknown; readonly code?: number; readonly headers?: Record<string, string> }
  | ((response: ServerResponse) => void);

export interface ScriptedServer {
  readonly url: string;
  /** Without the questions of discovery. */
  readonly asked: readonly Asked[];
  readonly connections: number;
  close(): Promise<void>;
}

const DISCOVERY: Readonly<Record<string, readonly string[]>> = {
  '/api/v1': ['services Service', 'pods Pod', 'pods/status Pod'],
  '/apis/argoproj.io/v1alpha1': [
    'rollouts Rollout',
    'rollouts/status Rollout',
    'analysisruns AnalysisRun',
    'experiments Experiment',
    'clusteranalysistemplates ClusterAnalysisTemplate cluster',
  ],
};

function discovery(path: string): Reply | undefined {
  const resources = DISCOVERY[path]?.map((line) => {
    const [name, kind, scope] = line.split(' ');
    return { name, kind, namespaced: scope === undefined, verbs: ['get'] };
  });
  return resources === undefined ? undefined : { body: { kind: 'APIResourceList', resources } };
}

/** @param reply called per request, in order; what it throws is answered with 500 */
export async function startScriptedServer(reply: (asked: Asked, index: number) => Reply): Promise<ScriptedServer> {
  const asked: Asked[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const url = new URL(request.url ?? '', 'http://server');
      const known = discovery(url.pathname);
      if (known !== undefined) return send(response, known);
      const question: Asked = {
        line: `${request.method} ${url.pathname}`,
        query: Object.fromEntries(url.searchParams),
        headers: request.headers,
        body: body === '' ? undefined : (JSON.parse(body) as unknown),
      };
      asked.push(question);
      return send(response, reply(question, asked.length - 1));
    });
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    get connections() {
      return connections;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, reply: Reply): void {
  if (typeof reply === 'function') return reply(response);
  response.writeHead(reply.code ?? 200, { 'content-type': 'application/json', ...reply.headers });
  response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body));
}

export function kubeConfigFor(server: string, token = 'secret'): KubeConfig {
  const config = new KubeConfig();
  // client-node speaks plain HTTP only to a cluster whose certificate it need not check.
  config.loadFromClusterAndUser({ name: 'test', server, skipTLSVerify: true }, { name: 'weir', token });
  return config;
}

export function clusterAt(server: ScriptedServer, options: Partial<KubernetesClusterOptions> = {}): KubernetesCluster {
  return createKubernetesCluster({ name: 'prod', kubeConfig: () => kubeConfigFor(server.url), ...options });
}
