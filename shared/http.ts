/**
 * One guarded HTTP exchange: the URL and every redirect pass the egress guard, the answer is capped in size and time, and
 * what the other side does, or fails to do, is a value (design §10; scenarios M-2, M-4, X-1, X-2).
 */
import { judgeUrl, targetOf, type EgressPolicy } from '#core/egress/judge.ts';
import { proxyFor, type ProxyEnvironment } from '#core/egress/proxy-rules.ts';
import { SECOND, type Millis } from '#core/time.ts';
import { deadlineSignal } from './deadline.ts';
import { roundTrip } from './egress/exchange.ts';
import { failureOf, HttpFailureError, type HttpFailure } from './egress/failure.ts';
import { assertAllAllowed, createGuardedAgents, type ExchangeAgents, type HostResolver } from './egress/guard.ts';
import { createProxyAgents, type ProxyAgents } from './egress/proxy.ts';
import type { HttpHeader } from './http-headers.ts';

/** When an exchange, or several that make one measurement, must be over. */
export interface Deadline {
  readonly length: Millis;
  readonly signal: AbortSignal;
}

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  /** A later one replaces an earlier one of the same name, whatever the letter case. */
  readonly headers?: readonly HttpHeader[];
  readonly body?: string | undefined;
  /** Covers everything: name, connection, redirects and the last byte of the answer. */
  readonly deadline: Deadline;
  /** Size that the answer's body may have, decompressed. */
  readonly maxBytes: number;
  /** Accept any TLS certificate. */
  readonly insecure?: boolean | undefined;
  /** Past any proxy of the environment. */
  readonly direct?: boolean | undefined;
  /** The caller's own reason to give up. */
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type HttpOutcome =
  | { readonly state: 'answered'; readonly answer: HttpAnswer }
  | { readonly state: 'failed'; readonly failure: HttpFailure };

export interface HttpClient {
  exchange(request: HttpRequest): Promise<HttpOutcome>;
}

export interface HttpClientOptions {
  readonly egress: EgressPolicy;
  /** How names are resolved; the system's way by default. */
  readonly resolve?: HostResolver | undefined;
  /** Where `HTTP_PROXY` and its like are looked up; without it no proxy is used. */
  readonly environment?: ProxyEnvironment | undefined;
}

interface Wiring extends HttpClientOptions {
  readonly agents: ExchangeAgents;
  readonly through: ProxyAgents;
}

/** One request of an exchange: the first, or one that a redirect asked for. */
type Leg = Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'>;

const MAX_REDIRECTS = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** These keep method and body. */
const FAITHFUL_REDIRECTS = new Set([307, 308]);
/** What a manifest may not set: they frame the message or pick the server. Go's client ignores them as well. */
const FRAMING = new Set(['host', 'content-length', 'transfer-encoding', 'connection', 'te', 'trailer', 'upgrade']);
const TOKEN = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const agents = createGuardedAgents(options.egress, options.resolve);
  const wiring: Wiring = { ...options, agents, through: createProxyAgents() };
  return { exchange: (request) => exchange(request, wiring) };
}

/** A deadline in real time, from now. */
export function startDeadline(length: Millis): Deadline {
  return { length, signal: deadlineSignal(length) };
}

async function exchange(request: HttpRequest, wiring: Wiring): Promise<HttpOutcome> {
  try {
    const answer = await inTime((signal) => follow(request, signal, wiring), request);
    return { state: 'answered', answer };
  } catch (error) {
    const failure = failureOf(error);
    if (failure.kind !== 'too-large') return { state: 'failed', failure };
    const reason = `the answer is larger than ${request.maxBytes} bytes`;
    return { state: 'failed', failure: { kind: 'too-large', reason } };
  }
}

/**
 * The work's outcome, unless the deadline passes or the caller gives up first: then at once, whether the work notices or not.
 * @throws HttpFailureError of kind timeout or cancelled, and what the work throws
 */
export async function inTime<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { deadline, signal: caller }: Pick<HttpRequest, 'deadline' | 'signal'>,
): Promise<T> {
  const stop = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const giveUp = (): void => {
    reject(new HttpFailureError(...lateness(deadline)));
    stop.abort();
  };
  const reasons = caller === undefined ? [deadline.signal] : [deadline.signal, caller];
  const isOver = reasons.some(({ aborted }) => aborted);
  if (isOver) giveUp();
  for (const reason of reasons) reason.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([promise, ...(isOver ? [] : [work(stop.signal)])]);
  } finally {
    for (const reason of reasons) reason.removeEventListener('abort', giveUp);
  }
}

function lateness(deadline: Deadline): ['timeout' | 'cancelled', string] {
  if (!deadline.signal.aborted) return ['cancelled', 'cancelled'];
  return ['timeout', `no complete answer within ${deadline.length / SECOND} s`];
}

async function follow(request: HttpRequest, signal: AbortSignal, wiring: Wiring): Promise<HttpAnswer> {
  let leg: Leg = request;
  for (let redirects = 0; ; redirects += 1) {
    const url = judged(leg.url, wiring.egress);
    const answer = await send(url, leg, { ...request, signal }, await agentsFor(url, request, wiring));
    const location = REDIRECTS.has(answer.status) ? answer.headers['location'] : undefined;
    if (location === undefined) return answer;
    if (redirects === MAX_REDIRECTS) throw new HttpFailureError('refused', `more than ${MAX_REDIRECTS} redirects`);
    leg = redirected(leg, url, location, answer.status);
  }
}

function judged(text: string, egress: EgressPolicy): URL {
  const judgement = judgeUrl(text, egress);
  if (!judgement.allowed) throw new HttpFailureError('refused', judgement.reason);
  return judgement.target;
}

async function agentsFor(url: URL, { direct }: HttpRequest, wiring: Wiring): Promise<ExchangeAgents> {
  const proxy = direct === true ? undefined : proxyFor(url, wiring.environment ?? {});
  if (proxy === undefined) return wiring.agents;
  await assertAllAllowed(targetOf(url), wiring.egress, wiring.resolve);
  return wiring.through(proxy);
}

/**
 * What to ask next. To another origin nothing goes along that the first was given: any header of a metric may be a key.
 * @throws HttpFailureError when the body would have to go along
 */
function redirected(leg: Leg, from: URL, location: string, status: number): Leg {
  const to = URL.parse(location, from.href);
  if (to === null) throw new HttpFailureError('malformed', 'redirect to something that is no URL');
  const sameOrigin = to.origin === from.origin;
  const headers = sameOrigin ? (leg.headers ?? []) : [];
  if (FAITHFUL_REDIRECTS.has(status) && leg.body !== undefined) {
    if (sameOrigin) return { ...leg, url: to.href };
    throw new HttpFailureError('refused', `redirect of a ${leg.method} to another origin (${to.origin})`);
  }
  const method = FAITHFUL_REDIRECTS.has(status) || leg.method === 'HEAD' ? leg.method : 'GET';
  return { method, url: to.href, headers: headers.filter(({ name }) => name.toLowerCase() !== 'content-type') };
}

async function send(url: URL, leg: Leg, request: HttpRequest, agents: ExchangeAgents): Promise<HttpAnswer> {
  if (!TOKEN.test(leg.method)) throw new HttpFailureError('refused', `invalid method ${JSON.stringify(leg.method)}`);
  const https = request.insecure === true ? agents.httpsInsecure : agents.https;
  return roundTrip(url, {
    method: leg.method,
    headers: wireHeaders(leg.headers ?? []),
    body: leg.body === undefined ? undefined : Buffer.from(leg.body),
    agent: url.protocol === 'https:' ? https : agents.http,
    maxBytes: request.maxBytes,
    signal: request.signal,
  });
}

/** The headers that were asked for, and what every request of Weir has. */
function wireHeaders(headers: readonly HttpHeader[]): Record<string, string> {
  const wire = new Map<string, string>([
    ['accept', '*/*'],
    ['accept-encoding', 'gzip'],
    ['user-agent', 'weir'],
  ]);
  for (const { name, value } of headers) {
    if (!TOKEN.test(name)) throw new HttpFailureError('refused', `invalid header field name ${JSON.stringify(name)}`);
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) {
      throw new HttpFailureError('refused', `invalid header field value for ${JSON.stringify(name)}`);
    }
    // Node takes one byte per character; other systems read UTF-8.
    if (!FRAMING.has(name.toLowerCase())) wire.set(name.toLowerCase(), Buffer.from(value).toString('latin1'));
  }
  return Object.fromEntries(wire);
}
