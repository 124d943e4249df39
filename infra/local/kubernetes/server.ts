/**
 * A Kubernetes API over HTTP for the local stack and for tests: real kubectl and real client libraries talk to it.
 *
 * What it cannot do: no admission (namespaces need not exist; quotas and webhooks are unknown), no authorization beyond one
 * optional bearer token, no schema validation and no pruning (the linter checks manifests), defaults only for pods and
 * their templates, Services, Secrets and Namespaces, no canonical quantities (`1000m` stays), no immutable fields, no
 * managedFields and no server-side apply, no TLS, no PartialObjectMetadata, no logs or exec, one stored version
 * per kind. No protobuf: `kubectl create namespace` and its like are refused with 415, applying a manifest works.
 * Beside it run ReplicaSets, Jobs, Endpoints, garbage collection and a kubelet stand-in (controllers.ts), no Deployments.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json, raw, type Answer } from './answers.ts';
import { CORE_VERSIONS, group, groupList, resourceList, VERSION } from './discovery.ts';
import { FrontDoor } from './front-door.ts';
import { readRequest, type HttpRequest } from './http-request.ts';
import { openapi } from './openapi.ts';
import { ResourceHandler } from './resource-handler.ts';
import { routeOf, type Route } from './routes.ts';
import { forward, type ServiceLocator } from './service-proxy.ts';
import { methodNotAllowed, StatusError, unauthorized } from './status-error.ts';
import type { Store } from './store.ts';
import { streamWatch } from './watch-stream.ts';

export interface ServerOptions {
  /** A free one by default. */
  readonly port?: number;
  /** Asked of every request when it is set. kubectl sends none over plain HTTP. */
  readonly token?: string;
  /** Where the service proxy leads. */
  readonly services?: ServiceLocator;
}

export interface KubernetesServer {
  /** Without a slash at the end. */
  readonly url: string;
  /** Ends open watches too. */
  close(): Promise<void>;
}

/** Listens on 127.0.0.1. */
export async function startServer(store: Store, options: ServerOptions = {}): Promise<KubernetesServer> {
  const api = new Api(store, options);
  const server = createServer((message, response) => void api.serve(message, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Text of a kubeconfig that leads to the server. */
export function kubeconfigFor(name: string, server: KubernetesServer, token?: string): string {
  return `${JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': name,
      clusters: [{ name, cluster: { server: server.url } }],
      users: [{ name, user: token === undefined ? {} : { token } }],
      contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
    },
    undefined,
    2,
  )}\n`;
}

class Api {
  readonly #store: Store;
  readonly #options: ServerOptions;
  readonly #door: FrontDoor;
  readonly #resources: ResourceHandler;

  constructor(store: Store, options: ServerOptions) {
    this.#store = store;
    this.#options = options;
    this.#door = new FrontDoor(store);
    this.#resources = new ResourceHandler(store);
  }

  async serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const request = await readRequest(message);
      this.#authenticate(request);
      const route = routeOf(this.#store.kinds, request.pathname);
      if (route.type === 'collection' && isWatch(request)) {
        await streamWatch(this.#door, route.target, request, response);
      } else send(response, await this.#answer(route, request));
    } catch (error) {
      refuse(response, error);
    }
  }

  #authenticate(request: HttpRequest): void {
    const { token } = this.#options;
    if (token !== undefined && request.authorization !== `Bearer ${token}`) throw unauthorized();
  }

  async #answer(route: Route, request: HttpRequest): Promise<Answer> {
    switch (route.type) {
      case 'collection':
        return this.#resources.collection(route, request);
      case 'object':
        return request.method === 'DELETE'
          ? this.#resources.delete(route, request)
          : this.#resources.single(route, request);
      case 'eviction':
        return this.#resources.evict(route, request);
      case 'proxy':
        return forward(this.#options.services ?? (() => undefined), route.service, route.path, request);
    }
    if (request.method !== 'GET') throw methodNotAllowed();
    return this.#document(route, request);
  }

  /** What the server says of itself. */
  #document(
    route: Exclude<Route, { readonly type: 'collection' | 'object' | 'eviction' | 'proxy' }>,
    request: HttpRequest,
  ): Answer {
    const { kinds } = this.#store;
    switch (route.type) {
      case 'health':
        return raw({ contentType: 'text/plain', bytes: Buffer.from('ok') });
      case 'version':
        return json(VERSION);
      case 'core':
        return json(CORE_VERSIONS);
      case 'groups':
        return json(groupList(kinds));
      case 'group':
        return json(group(kinds, route.group));
      case 'resources':
        return json(resourceList(kinds, route.apiVersion));
      case 'openapi':
        return raw(openapi(route.version, request.accept));
    }
  }
}

/** Go reads either as true. */
function isWatch({ query }: HttpRequest): boolean {
  return query.get('watch') === 'true' || query.get('watch') === '1';
}

function send(response: ServerResponse, answer: Answer): void {
  switch (answer.type) {
    case 'json':
      response.writeHead(answer.code, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body));
      return;
    case 'raw':
      response.writeHead(answer.code, { 'content-type': answer.raw.contentType });
      response.end(answer.raw.bytes);
  }
}

/** Anything that is no StatusError is a bug of the stand-in, and says so. */
function refuse(response: ServerResponse, error: unknown): void {
  const status = error instanceof StatusError ? error : new StatusError(500, 'InternalError', String(error));
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const seconds = status.details?.retryAfterSeconds;
  response.writeHead(status.code, {
    'content-type': 'application/json',
    ...(seconds === undefined ? {} : { 'retry-after': String(seconds) }),
  });
  response.end(JSON.stringify(status.toStatus()));
}
