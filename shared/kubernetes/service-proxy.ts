/** Services inside of a cluster, asked through the API server: metric addresses that nobody outside can reach (design §9). */
import type { IncomingMessage } from 'node:http';
import { InvalidSpecError } from '#core/errors.ts';
import type { HttpAnswer, HttpRequest } from '../http.ts';
import { refusal } from './answers.ts';
import { readText, type Connection } from './connection.ts';
import type { ApiRequest } from './requests.ts';

/** `path` begins with `/` and has its query. */
export type ServiceRequest = Pick<HttpRequest, 'method' | 'headers' | 'body' | 'deadline' | 'maxBytes' | 'signal'> & {
  readonly path: string;
};

export async function askService(
  connection: Connection,
  service: string,
  request: ServiceRequest,
): Promise<HttpAnswer> {
  const asked = proxied(service, request);
  const stream = await connection.open(asked, { timeout: request.deadline.length, signal: request.signal });
  const body = await readText(stream, request.maxBytes).catch((error: unknown) => {
    stream.destroy();
    throw connection.broken(asked, error);
  });
  const status = stream.statusCode ?? 0;
  const own = ownRefusal(stream, body);
  if (own !== undefined) throw refusal({ code: status, retryAfter: undefined, body: own }, asked, connection.cluster);
  return { status, headers: joined(stream), body };
}

/** @throws InvalidSpecError for a service that is not `namespace/name:port`, or a path that leads out of it */
function proxied(service: string, request: ServiceRequest): ApiRequest {
  const [, namespace, name] = /^([a-z0-9-]+)\/([a-z0-9-]+:[a-z0-9-]+)$/.exec(service) ?? [];
  if (namespace === undefined || name === undefined) {
    throw new InvalidSpecError(`Service ${JSON.stringify(service)} is not of the form namespace/name:port`);
  }
  const { method, headers = [], body } = request;
  return {
    verb: method === 'POST' ? 'create' : 'get',
    subject: `services/proxy of ${name} in namespace ${namespace}`,
    path: pathWithin(`/api/v1/namespaces/${namespace}/services/${name}/proxy`, request.path),
    passed: {
      method,
      body,
      headers: Object.fromEntries(headers.map(({ name: key, value }) => [key.toLowerCase(), value])),
    },
  };
}

/** Paths come from templates: `/../..` must not turn Weir's own rights over the API against it. */
function pathWithin(service: string, path: string): string {
  const { pathname, search } = new URL(`http://server${service}${path}`);
  if (pathname.startsWith(`${service}/`)) return `${pathname}${search}`;
  throw new InvalidSpecError(`The path ${JSON.stringify(path)} leads out of the service`);
}

/** The Status of an API server that did not pass the request on; undefined when the Service itself has answered. */
function ownRefusal(answer: IncomingMessage, body: string): object | undefined {
  const isJson = answer.headers['content-type']?.startsWith('application/json') === true;
  if ((answer.statusCode ?? 0) < 400 || !isJson) return undefined;
  try {
    const status = JSON.parse(body) as { readonly kind?: string; readonly status?: string } | null;
    return status?.kind === 'Status' && status.status === 'Failure' ? status : undefined;
  } catch {
    return undefined;
  }
}

function joined(answer: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
}
