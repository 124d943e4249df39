/**
 * How providers ask: an address as the manifest writes it, sent where the rules of `clusters[].metrics` say (design §9), with
 * failures told in the terms of the manifest.
 */
import { routeAddress, type AddressRule } from '#core/egress/address-rules.ts';
import { messageOf } from '#core/errors.ts';
import type { HttpFailure } from '../egress/failure.ts';
import { inTime, type HttpAnswer, type HttpClient, type HttpRequest } from '../http.ts';

/** What a Service inside the cluster is asked, through the API server; `path` begins with `/` and has its query. */
export type ServiceRequest = Pick<HttpRequest, 'method' | 'headers' | 'body' | 'deadline' | 'maxBytes' | 'signal'> & {
  readonly path: string;
};

/** Ask the Service `namespace/name:port`. Throws what a Cluster throws: its message becomes the reading's. */
export type ServiceProxy = (service: string, request: ServiceRequest) => Promise<HttpAnswer>;

export type MetricAnswer =
  | { readonly ok: true; readonly answer: HttpAnswer }
  /** `retryable`: the connection failed; the same request may succeed at once. */
  | { readonly ok: false; readonly message: string; readonly retryable: boolean };

export interface MetricTransport {
  ask(request: HttpRequest): Promise<MetricAnswer>;
}

export interface TransportOptions {
  readonly client: HttpClient;
  readonly rules: readonly AddressRule[];
  /** Name of the cluster whose rules these are. */
  readonly cluster: string;
  readonly serviceProxy?: ServiceProxy | undefined;
}

export function createTransport(options: TransportOptions): MetricTransport {
  return { ask: (request) => ask(request, options) };
}

async function ask(request: HttpRequest, options: TransportOptions): Promise<MetricAnswer> {
  const route = routeAddress(request.url, options.rules);
  if (route.kind === 'service') return askService(request, route.service, route.path, options);
  const outcome = await options.client.exchange({ ...request, url: route.url });
  if (outcome.state === 'answered') return { ok: true, answer: outcome.answer };
  const { failure } = outcome;
  const lost = failure.kind === 'unresolved' && route.kind === 'direct';
  const reason = lost ? missingRule(request.url, options.cluster) : told(failure);
  return refusal(request, reason, failure.kind === 'connection');
}

async function askService(
  request: HttpRequest,
  service: string,
  path: string,
  { serviceProxy }: TransportOptions,
): Promise<MetricAnswer> {
  if (serviceProxy === undefined) return refusal(request, `no way to the service proxy of ${service} from here`);
  // The API server takes this header for itself: it would not arrive, and it is none of the API server's business.
  if (request.headers?.some(({ name }) => name.toLowerCase() === 'authorization') === true) {
    return refusal(request, 'the service proxy carries no Authorization header; use a metrics rule with a url');
  }
  const { url: _url, insecure: _insecure, ...rest } = request;
  try {
    return { ok: true, answer: await inTime((signal) => serviceProxy(service, { ...rest, path, signal }), request) };
  } catch (error) {
    return refusal(request, messageOf(error));
  }
}

function refusal({ method, url }: HttpRequest, reason: string, retryable = false): MetricAnswer {
  return { ok: false, message: `${method} "${originOf(url)}": ${reason}`, retryable };
}

function told({ kind, reason }: HttpFailure): string {
  return kind === 'refused' ? `not allowed: ${reason}` : reason;
}

function missingRule(url: string, cluster: string): string {
  const origin = originOf(url);
  return (
    `no metrics rule for address "${origin}" in cluster "${cluster}" and the name does not resolve; ` +
    `add clusters[].metrics {match: "${origin}", url: "…"} to weir.yaml`
  );
}

/** Paths, queries and users may hold secrets: only the origin is shown. */
function originOf(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null || parsed.host === '' ? 'not a URL' : `${parsed.protocol}//${parsed.host}`;
}
