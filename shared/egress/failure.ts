/** Why an exchange failed, in few words that name no address, header or body: reasons end up in the status of a run. */

export type HttpFailureKind =
  /** Refused by the egress guard, or not a request that can be sent. */
  | 'refused'
  /** The host name has no address. */
  | 'unresolved'
  | 'timeout'
  | 'cancelled'
  | 'too-large'
  | 'connection'
  | 'malformed';

export interface HttpFailure {
  readonly kind: HttpFailureKind;
  readonly reason: string;
}

/** A failure that Weir itself finds. */
export class HttpFailureError extends Error {
  override readonly name = 'HttpFailureError';
  readonly failure: HttpFailure;
  constructor(kind: HttpFailureKind, reason: string) {
    super(reason);
    this.failure = { kind, reason };
  }
}

/** By the codes of Node's network stack and of axios. */
const KNOWN: Readonly<Record<string, HttpFailure>> = {
  ENOTFOUND: { kind: 'unresolved', reason: 'no such host' },
  EAI_AGAIN: { kind: 'unresolved', reason: 'no such host (the name service did not answer)' },
  ECONNREFUSED: { kind: 'connection', reason: 'connection refused' },
  ECONNRESET: { kind: 'connection', reason: 'connection closed before the answer was complete' },
  ECONNABORTED: { kind: 'connection', reason: 'connection closed before the answer was complete' },
  EPIPE: { kind: 'connection', reason: 'connection closed before the request was sent' },
  ETIMEDOUT: { kind: 'timeout', reason: 'connection timed out' },
  EHOSTUNREACH: { kind: 'connection', reason: 'no route to host' },
  ERR_PROXY_TUNNEL: { kind: 'connection', reason: 'the proxy opened no tunnel' },
  ENETUNREACH: { kind: 'connection', reason: 'network is unreachable' },
};

/** The failure behind whatever an exchange threw. @throws what is no failure of the exchange but a bug */
export function failureOf(error: unknown): HttpFailure {
  if (error instanceof HttpFailureError) return error.failure;
  const { code, message } = describe(error);
  if (code === undefined) throw error;
  if (code === 'ERR_EGRESS_REFUSED') return { kind: 'refused', reason: message };
  if (code === 'ERR_CANCELED') return { kind: 'cancelled', reason: 'cancelled' };
  if (Object.hasOwn(KNOWN, code)) return KNOWN[code]!;
  return byFamily(code, message);
}

function byFamily(code: string, message: string): HttpFailure {
  if (message.startsWith('maxContentLength')) return { kind: 'too-large', reason: 'the answer is too large' };
  if (code === 'ERR_BAD_RESPONSE') return KNOWN['ECONNRESET']!;
  if (/^(Z_|ERR_(BUFFER|_ERROR)|ERR_BROTLI)/.test(code)) {
    return { kind: 'malformed', reason: 'the answer cannot be decompressed' };
  }
  if (code.startsWith('HPE_')) return { kind: 'malformed', reason: 'the answer is not HTTP' };
  if (/^(ERR_TLS|ERR_SSL|EPROTO|CERT_)|CERT|SIGNATURE/.test(code)) {
    return { kind: 'connection', reason: `TLS: ${code}` };
  }
  return { kind: 'connection', reason: `request failed (${code})` };
}

/** axios wraps the network's error: the code is on either. */
function describe(error: unknown): { code?: string; message: string } {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { message: error.message, ...(code === undefined ? {} : { code }) };
}
