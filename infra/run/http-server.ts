/** The addresses of `weir run`: each first part of a path leads to a handler. TLS is the ingress's. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InvalidSpecError, messageOf } from '#core/errors.ts';
import type { WebRequest } from '#shared/web-request.ts';

export interface Answer {
  readonly status: number;
  /** JSON, or text as it is. */
  readonly body: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Route = (request: WebRequest) => Answer | Promise<Answer>;

export interface HttpServer {
  readonly url: string;
  stop(): Promise<void>;
}

export interface ListenOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** What no handler takes is not read to its end. */
const LARGEST_BODY = 10_000_000;

/** @throws InvalidSpecError when the port is taken */
export async function startHttpServer(
  routes: Readonly<Record<string, Route>>,
  { host, port }: ListenOptions,
): Promise<HttpServer> {
  const server = createServer((request, response) => void serve(routes, request, response));
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, host, resolve);
    });
  } catch (error) {
    throw new InvalidSpecError(`cannot listen on ${host}:${port}: ${messageOf(error)}; choose another port`, {
      cause: error,
    });
  }
  const address = server.address() as AddressInfo;
  const shown = host.includes(':') ? `[${host}]` : host;
  return { url: `http://${shown}:${address.port}`, stop: () => stop(server) };
}

/** Requests in hand are answered. */
function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}

async function serve(
  routes: Readonly<Record<string, Route>>,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const url = new URL(message.url ?? '/', 'http://localhost');
    const first = url.pathname.split('/')[1] ?? '';
    const route = Object.hasOwn(routes, first) ? routes[first] : undefined;
    if (route === undefined) return send(response, problem(404, `nothing at ${url.pathname}`));
    const rawBody = await readBody(message);
    if (rawBody === undefined) return send(response, problem(413, 'the body is too large'));
    send(response, await route(toRequest(message, url, rawBody)));
  } catch {
    send(response, problem(500, 'internal error'));
  }
}

function problem(status: number, error: string): Answer {
  return { status, body: { error } };
}

function toRequest({ method = 'GET', headers }: IncomingMessage, url: URL, rawBody: string): WebRequest {
  const one = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]);
  return {
    method,
    path: url.pathname,
    headers: Object.fromEntries(one) as WebRequest['headers'],
    query: Object.fromEntries(url.searchParams),
    rawBody,
  };
}

async function readBody(message: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    size += (chunk as Buffer).length;
    if (size > LARGEST_BODY) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  const isText = typeof body === 'string';
  const type = isText ? 'text/plain; version=0.0.4; charset=utf-8' : 'application/json';
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', ...headers });
  response.end(isText ? body : `${JSON.stringify(body)}\n`);
}
