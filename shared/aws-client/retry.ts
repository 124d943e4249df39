/** Attempts as the SDK's standard mode makes them: three, with a wait that doubles and is cut at random. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SECOND, type Millis } from '#core/time.ts';

export interface RetryOptions {
  readonly wait?: (length: Millis) => Promise<unknown>;
  /** In [0, 1). */
  readonly random?: () => number;
}

const ATTEMPTS = 3;
const FIRST_WAIT: Millis = 100;
/** A service that throttles is left alone for longer. */
const FIRST_WAIT_THROTTLED: Millis = SECOND / 2;

const THROTTLED = new Set([
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
]);

/** @throws what the last attempt threw, or the first that no repetition mends */
export async function withRetries<T>(attempt: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { wait = sleep, random = Math.random } = options;
  for (let made = 1; ; made++) {
    try {
      return await attempt();
    } catch (error) {
      const kind = kindOf(error);
      if (kind === 'final' || made === ATTEMPTS) throw error;
      const first = kind === 'throttled' ? FIRST_WAIT_THROTTLED : FIRST_WAIT;
      await wait(random() * first * 2 ** (made - 1));
    }
  }
}

function kindOf(error: unknown): 'final' | 'transient' | 'throttled' {
  if (!(error instanceof Error)) return 'final';
  if (THROTTLED.has(error.name)) return 'throttled';
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0;
  if (status === 429) return 'throttled';
  return error.name === 'TimeoutError' || status >= 500 ? 'transient' : 'final';
}
