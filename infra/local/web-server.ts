/** Stands in for API Gateway: one address on 127.0.0.1, a path per function. What it cannot do: TLS, throttling, authorizers. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { HttpEvent, WeirFunction } from '#shared/lambda.ts';
import { localContext } from './context.ts';

/** A function behind an HTTP address, as Lambda runs it. */
export type WebFunction = WeirFunction<HttpEvent, APIGatewayProxyStructuredResultV2>;

/** API Gateway's own limit is 10 MB; each function has a smaller one of its own. */
const LARGEST_BODY = 10_000_000;

export interface WebServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** @param routes handlers by the first part of the path; `port` 0 takes a free one */
export async function startWebServer(routes: Readonly<Record<string, WebFunction>>, port = 0): Promise<WebServer> {
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
  routes: Readonly<Record<string, WebFunction>>,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = urlOf(message);
  if (url === undefined) return send(response, problem(400, 'the address is none'));
  const route = url.pathname.split('/')[1] ?? '';
  const handler = Object.hasOwn(routes, route) ? routes[route] : undefined;
  if (handler === undefined) return send(response, problem(404, `nothing at ${url.pathname}`));
  try {
    const body = await readBody(message);
    if (body === undefined) return send(response, problem(413, 'the body is too large'));
    send(response, await handler(toEvent(message, url, body), localContext(route)));
  } catch {
    send(response, problem(500, 'internal error'));
  }
}

/** A request line can hold anything; `//host:port` is no path. */
function urlOf({ url = '/' }: IncomingMessage): URL | undefined {
  return URL.parse(url, 'http://localhost') ?? undefined;
}

function problem(statusCode: number, error: string): APIGatewayProxyStructuredResultV2 {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ error }) };
}

/** Binary-safe, as API Gateway does it: the body goes as base64. */
function toEvent(message: IncomingMessage, url: URL, body: Buffer): HttpEvent {
  const headers = Object.entries(message.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(',') : value,
  ]);
  return {
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    headers: Object.fromEntries(headers) as HttpEvent['headers'],
    body: body.toString('base64'),
    isBase64Encoded: true,
    requestContext: { http: { method: message.method ?? 'GET' } },
  };
}

async function readBody(message: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    size += (chunk as Buffer).length;
    if (size > LARGEST_BODY) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function send(
  response: ServerResponse,
  { statusCode = 200, headers = {}, body = '' }: APIGatewayProxyStructuredResultV2,
): void {
  // Of a body that was too long, the rest is not read: the connection cannot be used again.
  if (statusCode === 413) response.setHeader('connection', 'close');
  response.writeHead(statusCode, headers as Record<string, string>).end(`${body}\n`);
}
