/** Serves the API on the loopback address. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { failure, type ApiAnswer, type ApiRequest } from './api.ts';

export interface HttpServer {
  /** `http://127.0.0.1:40123` */
  readonly url: string;
  stop(): Promise<void>;
}

const LARGEST_BODY = 1024 * 1024;

/** @param port 0: a free one */
export async function serve(handle: (request: ApiRequest) => ApiAnswer, port: number): Promise<HttpServer> {
  const server = createServer((request, response) => {
    // A broken connection has nobody to answer to.
    respond(request, response, handle).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => stop(server) };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  handle: (request: ApiRequest) => ApiAnswer,
): Promise<void> {
  const { status, contentType, body } = await answerTo(request, handle);
  // Of a body that was too long, the rest is not read: the connection cannot be used again.
  if (status === 413) response.setHeader('connection', 'close');
  response.writeHead(status, { 'content-type': contentType }).end(request.method === 'HEAD' ? '' : body);
}

async function answerTo(request: IncomingMessage, handle: (request: ApiRequest) => ApiAnswer): Promise<ApiAnswer> {
  if (!['GET', 'HEAD', 'POST'].includes(request.method ?? '')) {
    return { status: 405, contentType: 'text/plain; charset=utf-8', body: 'Method Not Allowed\n' };
  }
  const body = await readBody(request);
  if (body === undefined) return failure(413, 'bad_data', `the request is larger than ${LARGEST_BODY} bytes`);
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const form = isForm(request) ? [...new URLSearchParams(body)] : [];
  return handle({ path: pathname, parameters: new URLSearchParams([...form, ...searchParams]) });
}

function isForm(request: IncomingMessage): boolean {
  return request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
}

/** Undefined when it is too long. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LARGEST_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
