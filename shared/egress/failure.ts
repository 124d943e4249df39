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

/** By the codes of Node's network stack. */
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
  const { code, message, cause } = describe(error);
  if (code === undefined && cause !== undefined) return failureOf(cause);
  if (code === undefined) throw error;
  if (code === 'ERR_EGRESS_REFUSED') return { kind: 'refused', reason: message };
  if (code === 'ABORT_ERR') return { kind: 'cancelled', reason: 'cancelled' };
  if (Object.hasOwn(KNOWN, code)) return KNOWN[code]!;
  return byFamily(code);
}

function byFamily(code: string): HttpFailure {
  if (/^(Z_|ERR_(BUFFER|_ERROR)|ERR_BROTLI)/.test(code)) {
    return { kind: 'malformed', reason: 'the answer cannot be decompressed' };
  }
  if (code.startsWith('HPE_')) return { kind: 'malformed', reason: 'the answer is not HTTP' };
  if (/^(ERR_TLS|ERR_SSL|EPROTO|CERT_)|CERT|SIGNATURE/.test(code)) {
    return { kind: 'connection', reason: `TLS: ${code}` };
  }
  return { kind: 'connection', reason: `request failed (${code})` };
}

/** By shape, not by class: an error of another realm is no Error here. */
function describe(error: unknown): { code?: string; message: string; cause?: unknown } {
  if (typeof error !== 'object' || error === null) return { message: String(error) };
  const { code, message = '', cause } = error as { code?: unknown; message?: string; cause?: unknown };
  return { message, cause, ...(typeof code === 'string' ? { code } : {}) };
}
