/** Stands in for API Gateway: one address on 127.0.0.1, a path per function. What it cannot do: TLS, throttling, authorizers. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WebRequest, WebResponse } from '#shared/web-request.ts';

export type WebHandler = (request: WebRequest) => Promise<WebResponse>;

/** API Gateway's own limit is 10 MB; each function has a smaller one of its own. */
const LARGEST_BODY = 10_000_000;

export interface WebServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** @param routes handlers by the first part of the path; `port` 0 takes a free one */
export async function startWebServer(routes: Readonly<Record<string, WebHandler>>, port = 0): Promise<WebServer> {
  const server = createServer((request, response) => {
    void serve(routes, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => stop(server),
  };
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function serve(
  routes: Readonly<Record<string, WebHandler>>,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(message.url ?? '/', 'http://localhost');
  const route = url.pathname.split('/')[1] ?? '';
  const handler = Object.hasOwn(routes, route) ? routes[route] : undefined;
  if (handler === undefined) return send(response, { status: 404, body: { error: `nothing at ${url.pathname}` } });
  try {
    const rawBody = await readBody(message);
    if (rawBody === undefined) return send(response, { status: 413, body: { error: 'the body is too large' } });
    send(response, await handler(toRequest(message, url, rawBody)));
  } catch {
    send(response, { status: 500, body: { error: 'internal error' } });
  }
}

function toRequest(message: IncomingMessage, url: URL, rawBody: string): WebRequest {
  const headers = Object.entries(message.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value[0] : value,
  ]);
  return {
    method: message.method ?? 'GET',
    path: url.pathname,
    headers: Object.fromEntries(headers) as WebRequest['headers'],
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

function send(response: ServerResponse, { status, body }: WebResponse): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
