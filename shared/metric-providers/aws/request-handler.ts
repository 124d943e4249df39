/**
 * Lets the AWS SDK ask over the transport of all metric providers, so that egress judgement, address rules, proxies and the
 * caps of size and time hold for it as well.
 */
import type { HttpRequest } from '../../http.ts';
import { headersOf } from '../../http-headers.ts';
import { askOrFail, MAX_ANSWER_BYTES } from '../provider.ts';
import type { MetricTransport } from '../transport.ts';

/** What the SDK hands to a request handler, as far as an operation of a JSON protocol fills it. */
interface SdkRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

interface SdkResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

// An interface would not be taken where the SDK asks for a record.
export type SdkRequestHandler = {
  readonly handle: (request: SdkRequest) => Promise<{ readonly response: SdkResponse }>;
};

/** The handler throws ReadingError when there is no answer: the SDK does not try that again. */
export function createRequestHandler(
  transport: MetricTransport,
  limits: Pick<HttpRequest, 'deadline' | 'signal'>,
): SdkRequestHandler {
  return {
    handle: async (request) => {
      const { status, headers, body } = await askOrFail(transport, {
        ...limits,
        method: request.method,
        url: urlOf(request),
        headers: headersOf(request.headers),
        body: typeof request.body === 'object' ? new TextDecoder().decode(request.body) : request.body,
        maxBytes: MAX_ANSWER_BYTES,
      });
      return { response: { statusCode: status, headers, body: Buffer.from(body) } };
    },
  };
}

function urlOf({ protocol, hostname, port, path }: SdkRequest): string {
  return `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`;
}
