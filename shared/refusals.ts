/** Refusals of one door, counted: a few are said one by one, a flood is answered 429 and said once a minute. */
import { MINUTE, type Instant } from '#core/time.ts';
import type { Clock, Log } from './ports.ts';
import type { WebResponse } from './web-request.ts';

/** Who has the wrong token tries once, not thirty times a minute. What is right is never counted, and never refused for it. */
const MOST_A_MINUTE = 30;

export type Refuse = (status: 401 | 403, error: string) => WebResponse;

export function createRefusals(door: string, { clock, log }: { readonly clock: Clock; readonly log: Log }): Refuse {
  let since: Instant = Number.NEGATIVE_INFINITY;
  let count = 0;

  function begin(now: Instant): void {
    if (count > MOST_A_MINUTE) log.warn('Requests refused, too many to say each', { door, count });
    since = now;
    count = 0;
  }

  return function refuse(status, error) {
    const now = clock.now();
    if (now - since >= MINUTE) begin(now);
    count += 1;
    if (count > MOST_A_MINUTE) {
      if (count === MOST_A_MINUTE + 1) log.warn('Requests refused, more are not said', { door, reason: error });
      return { status: 429, body: { error: 'too many requests that were refused' }, headers: { 'retry-after': '60' } };
    }
    log.info('Request refused', { door, reason: error });
    return { status, body: { error } };
  };
}
