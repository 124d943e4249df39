/** One HTTP request and its whole answer, on a kept connection. No redirect is followed, and no status is an error. */
import { request as requestPlain, type Agent, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestTls } from 'node:https';
import type { Readable } from 'node:stream';
import type { BrotliDecompress, Gunzip, Inflate } from 'node:zlib';
import { HttpFailureError } from './failure.ts';

export interface Sending {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  readonly agent: Agent;
  /** Size that the answer's body may have, decompressed. */
  readonly maxBytes: number;
  readonly signal: AbortSignal | undefined;
}

export interface Received {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The connection had served before, and the other side had closed it by now: the request did not arrive. */
class StaleConnectionError extends Error {
  override readonly name = 'StaleConnectionError';
}

/** @throws HttpFailureError (too large), and what Node's network stack throws, with its `code` */
export async function roundTrip(url: URL, sending: Sending): Promise<Received> {
  try {
    return await exchangeOnce(url, sending);
  } catch (error) {
    if (!(error instanceof StaleConnectionError)) throw error;
    // A frozen Lambda wakes up with kept connections that the other side has closed: begin anew, once.
    dropIdleConnections(sending.agent);
    return exchangeOnce(url, sending);
  }
}

function dropIdleConnections(agent: Agent): void {
  for (const socket of Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? [])) socket.destroy();
}

/** @throws StaleConnectionError, too */
function exchangeOnce(url: URL, sending: Sending): Promise<Received> {
  const { method, headers, body, agent, signal } = sending;
  return new Promise((resolve, reject) => {
    const options: RequestOptions = {
      method,
      agent,
      headers: body === undefined ? headers : { ...headers, 'content-length': body.byteLength },
      ...(signal === undefined ? {} : { signal }),
    };
    const request = url.protocol === 'https:' ? requestTls : requestPlain;
    const sent = request(url, options, (answer) => {
      receive(answer, sending.maxBytes).then(resolve, reject);
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      const isStale = sent.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      reject(isStale ? new StaleConnectionError(error.message, { cause: error }) : error);
    });
    sent.end(body);
  });
}

async function receive(answer: IncomingMessage, maxBytes: number): Promise<Received> {
  const { 'content-encoding': encoding = '', ...others } = answer.headers;
  const body = await readText(decoded(answer, encoding), answer, maxBytes);
  const headers = Object.entries(others).map(([name, value]) => [name, String(value)]);
  return { status: answer.statusCode ?? 0, headers: Object.fromEntries(headers), body };
}

function decoded(answer: IncomingMessage, encoding: string): Readable {
  switch (encoding.trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return piped(answer, zlib().createGunzip());
    case 'deflate':
      return piped(answer, zlib().createInflate());
    case 'br':
      return piped(answer, zlib().createBrotliDecompress());
    default:
      return answer;
  }
}

/** Loaded for the first answer that is compressed: those of AWS are not, and a cold start does without it. */
function zlib() {
  return process.getBuiltinModule('node:zlib');
}

/** What breaks the answer breaks what is made of it. */
function piped(answer: IncomingMessage, decoder: Gunzip | Inflate | BrotliDecompress): Readable {
  answer.on('error', (error) => decoder.destroy(error));
  return answer.pipe(decoder);
}

function readText(stream: Readable, answer: IncomingMessage, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    stream.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      chunks.push(chunk);
      if (size <= maxBytes) return;
      reject(new HttpFailureError('too-large', `the answer is larger than ${maxBytes} bytes`));
      answer.destroy();
    });
    stream.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    stream.on('error', reject);
  });
}
