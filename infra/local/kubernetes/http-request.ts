/** A request as the handlers read it: address, what the client accepts, and its body in JSON or YAML. */
import type { IncomingMessage } from 'node:http';
import { parse as parseYaml } from 'yaml';
import { isRecord, type Draft } from './objects.ts';
import { badRequest, StatusError, unsupportedMediaType } from './status-error.ts';

const LARGEST_BODY = 3 * 1024 * 1024;
const BODY_TYPES = ['application/json', 'application/yaml'];

export interface HttpRequest {
  readonly method: string;
  readonly pathname: string;
  readonly query: URLSearchParams;
  readonly accept: string;
  readonly contentType: string;
  readonly authorization: string;
  readonly body: string;
}

/** @throws StatusError 400, 413 */
export async function readRequest(message: IncomingMessage): Promise<HttpRequest> {
  const url = URL.parse(message.url ?? '/', 'http://localhost');
  if (url === null) throw badRequest('the address is none');
  const { accept = '', authorization = '', 'content-type': contentType = '' } = message.headers;
  const body = await readBody(message);
  return {
    method: message.method ?? 'GET',
    pathname: url.pathname,
    query: url.searchParams,
    accept,
    contentType,
    authorization,
    body,
  };
}

async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY) {
      throw new StatusError(413, 'RequestEntityTooLarge', `limit is ${LARGEST_BODY}`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A number of the query. @throws StatusError 400, as Go says it */
export function countIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? '';
  if (text === '') return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
}

/** An object that was sent. @throws StatusError 400 when it is none, 415 when it is neither JSON nor YAML */
export function objectIn(request: HttpRequest): Draft {
  const { contentType } = request;
  if (contentType !== '' && !BODY_TYPES.some((type) => contentType.startsWith(type))) {
    throw unsupportedMediaType(BODY_TYPES);
  }
  const value = valueIn(request);
  if (!isRecord(value)) throw badRequest('the body of the request is not an object');
  return value;
}

/** Any value, such as a JSON patch; YAML is read as well, as JSON is YAML. @throws StatusError 400 */
export function valueIn({ body, contentType }: HttpRequest): unknown {
  try {
    return contentType.includes('yaml') ? parseYaml(body) : JSON.parse(body);
  } catch (error) {
    throw badRequest(`couldn't get version/kind; json parse error: ${String(error)}`);
  }
}
