/** Four errors, by who must act. Anything else that is thrown is a bug of Weir and ends in the dead-letter queue. */

/** Somebody wrote first (HTTP 409, a failed condition): nobody must act, look again. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
}

/** An outside system did not answer as it should: the queue tries again later. */
export class TransientError extends Error {
  override readonly name = 'TransientError';
  /** What the other side asked us to wait (Retry-After), milliseconds. */
  readonly retryAfter: number | undefined;
  constructor(message: string, options: ErrorOptions & { retryAfter?: number } = {}) {
    super(message, options);
    this.retryAfter = options.retryAfter;
  }
}

/** A manifest, template or configuration is wrong: its owner must act. The message says where, what and what to do. */
export class InvalidSpecError extends Error {
  override readonly name: string = 'InvalidSpecError';
}

/** The asker may not do this, or not now. */
export class DeniedError extends Error {
  override readonly name = 'DeniedError';
}

/** Text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
