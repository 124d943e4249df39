/** Requests through the API server to a Service: forwarded to wherever the local stack runs that Service. */
import { raw, type Answer } from './answers.ts';
import type { HttpRequest } from './http-request.ts';
import type { ServiceAddress } from './routes.ts';
import { StatusError } from './status-error.ts';

/** Where a Service is served, such as `http://127.0.0.1:9090`; undefined when it is not. */
export type ServiceLocator = (service: ServiceAddress) => string | undefined;

/** The Authorization header stays here, as the API server consumes it. @throws StatusError 503 */
export async function forward(
  locate: ServiceLocator,
  service: ServiceAddress,
  path: string,
  request: HttpRequest,
): Promise<Answer> {
  const origin = locate(service);
  if (origin === undefined) throw unavailable(`no endpoints available for service "${service.name}"`);
  const query = request.query.size === 0 ? '' : `?${request.query.toString()}`;
  const { method, body, contentType, accept } = request;
  const headers = {
    ...(contentType === '' ? {} : { 'content-type': contentType }),
    ...(accept === '' ? {} : { accept }),
  };
  try {
    const init = { method, headers, ...(body === '' ? {} : { body }) };
    const answer = await fetch(`${origin}${path}${query}`, init);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    return raw({ contentType: answer.headers.get('content-type') ?? 'text/plain', bytes }, answer.status);
  } catch (error) {
    throw unavailable(`error trying to reach service: ${String(error)}`);
  }
}

function unavailable(message: string): StatusError {
  return new StatusError(503, 'ServiceUnavailable', message);
}
