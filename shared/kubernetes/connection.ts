/** Requests to one API server: authenticated, bounded in time, on kept connections. */
import { request as requestPlain, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestTls } from 'node:https';
import { InvalidSpecError, messageOf, TransientError } from '#core/errors.ts';
import type { Millis } from '#core/time.ts';
import { deadlineSignal } from '../deadline.ts';
import type { Answer } from './answers.ts';
import type { Access, Credentials } from './credentials.ts';
import { bodyOf, headersOf, methodOf, type ApiRequest } from './requests.ts';

export interface Limits {
  /** The whole exchange ends by then. */
  readonly timeout: Millis;
  /** Ends it earlier. */
  readonly signal?: AbortSignal | undefined;
}

export interface Patience {
  /** Of one ordinary exchange. */
  readonly timeout: Millis;
  /**
   * For how long a server that gave no answer is not asked again: many waits for one cluster that is down would take the
   * time of the others.
   */
  readonly rest: Millis;
}

/** Told of each request: what was asked, the HTTP status of the answer, and the server's time (`Date`). */
export type OnAnswer = (verb: ApiRequest['verb'], code: number, date: string | undefined) => void;

export interface ConnectionOptions extends Patience {
  readonly onAnswer?: OnAnswer;
}

export class Connection {
  readonly cluster: string;
  readonly #credentials: Credentials;
  readonly #patience: Patience;
  readonly #onAnswer: OnAnswer;
  /** On the clock of this process. */
  #silentUntil = 0;

  /** @param cluster its name, for messages */
  constructor(cluster: string, credentials: Credentials, { onAnswer, ...patience }: ConnectionOptions) {
    this.cluster = cluster;
    this.#credentials = credentials;
    this.#patience = patience;
    this.#onAnswer = onAnswer ?? (() => undefined);
  }

  /** @throws TransientError when no answer comes; whatever the server answers is returned */
  async send(request: ApiRequest): Promise<Answer> {
    return this.#explained(request, async () =>
      read(await this.#open(request, { timeout: this.#patience.timeout }, 'whole')),
    );
  }

  /**
   * The answer while it comes in, for a watch. Its body must be read or destroyed.
   * @throws TransientError when no answer begins
   */
  async open(request: ApiRequest, limits: Limits): Promise<IncomingMessage> {
    return this.#explained(request, () => this.#open(request, limits, 'stream'), limits.signal);
  }

  /** What to throw for an exchange that broke. */
  broken(request: ApiRequest, error: unknown): Error {
    if (error instanceof InvalidSpecError) return error;
    const what = `${request.verb} ${request.path}`;
    return new TransientError(`Cluster ${this.cluster}: ${what}: no answer: ${messageOf(error)}`, { cause: error });
  }

  async #explained<T>(request: ApiRequest, exchange: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (performance.now() < this.#silentUntil) throw this.broken(request, 'none a moment ago either');
    try {
      return await exchange();
    } catch (error) {
      // A Service behind the API server that is slow says nothing of the API server, nor does a reader who goes.
      const isSilence =
        request.passed === undefined && signal?.aborted !== true && !(error instanceof InvalidSpecError);
      if (isSilence) this.#silentUntil = performance.now() + this.#patience.rest;
      throw this.broken(request, error);
    }
  }

  /** An expired token is renewed once; a second 401 is the caller's to see. */
  async #open(request: ApiRequest, limits: Limits, answerAs: 'whole' | 'stream'): Promise<IncomingMessage> {
    const access = await this.#credentials.access();
    const answer = await this.#exchange(request, access, limits, answerAs);
    if (answer.statusCode !== 401) return answer;
    answer.resume();
    this.#credentials.renew(access.config);
    return this.#exchange(request, await this.#credentials.access(), limits, answerAs);
  }

  async #exchange(request: ApiRequest, access: Access, limits: Limits, answerAs: 'whole' | 'stream') {
    const { options, streamAgent } = access;
    const own = answerAs === 'stream' && streamAgent !== undefined ? { ...options, agent: streamAgent } : options;
    const answer = await exchangeOnLiveConnection(request, { ...access, options: own }, limits);
    this.#onAnswer(request.verb, answer.statusCode ?? 0, answer.headers.date);
    return answer;
  }
}

/**
 * A kept connection may have been closed by the other side meanwhile (an idle limit, a frozen function). Then the server
 * has not read the request, or it has and it does no harm a second time: all but create can be repeated.
 */
async function exchangeOnLiveConnection(request: ApiRequest, access: Access, limits: Limits): Promise<IncomingMessage> {
  try {
    return await exchange(request, access, limits);
  } catch (error) {
    if (!(error instanceof ClosedMeanwhile) || request.verb === 'create') throw error;
    return exchange(request, access, limits);
  }
}

/** A connection that had served before broke without an answer. */
class ClosedMeanwhile extends Error {}

function exchange(request: ApiRequest, access: Access, limits: Limits): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const body = bodyOf(request);
    const sent = start(request, body, access, limits, resolve);
    sent.on('error', (error: NodeJS.ErrnoException) => {
      const closed = sent.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      reject(closed ? new ClosedMeanwhile(error.message, { cause: error }) : error);
    });
    sent.end(body);
  });
}

function start(
  request: ApiRequest,
  body: Buffer | undefined,
  access: Access,
  limits: Limits,
  onAnswer: (answer: IncomingMessage) => void,
): ClientRequest {
  const url = `${access.server}${request.path}${queryOf(request)}`;
  const timeLimit = deadlineSignal(limits.timeout);
  const options = {
    ...access.options,
    method: methodOf(request),
    headers: {
      'user-agent': 'weir',
      ...headersOf(request),
      ...access.headers,
      // Node says no length of its own for a DELETE with a body.
      ...(body === undefined ? {} : { 'content-length': body.byteLength }),
    },
    signal: limits.signal === undefined ? timeLimit : AbortSignal.any([limits.signal, timeLimit]),
  };
  return url.startsWith('http:') ? requestPlain(url, options, onAnswer) : requestTls(url, options, onAnswer);
}

function queryOf(request: ApiRequest): string {
  return request.query === undefined ? '' : `?${new URLSearchParams(request.query).toString()}`;
}

/** The whole answer. @throws Error for a success that is no JSON: a proxy spoke, not the API server */
export async function read(answer: IncomingMessage): Promise<Answer> {
  const text = await readText(answer);
  const code = answer.statusCode ?? 0;
  const retryAfter = answer.headers['retry-after'];
  try {
    return { code, retryAfter, body: JSON.parse(text) as unknown };
  } catch (error) {
    if (code < 300) throw new Error('the answer is no JSON', { cause: error });
    return { code, retryAfter, body: text };
  }
}

/** By events: an iterator over the answer costs a quarter of the whole exchange. @throws Error for more bytes than these */
export function readText(answer: IncomingMessage, maxBytes = Infinity): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    answer.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.byteLength;
      if (size > maxBytes) answer.destroy(new Error(`the answer is larger than ${maxBytes} bytes`));
    });
    answer.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    answer.on('error', reject);
    const cutOff = () => reject(new Error('the connection was closed before the answer was complete'));
    // After its end this says nothing.
    answer.on('close', cutOff);
    if (answer.destroyed) cutOff();
  });
}
