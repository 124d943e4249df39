/**
 * Asks the team's own automation to revert in Git: a POST, signed as Slack signs its requests, so that the receiver can
 * check that it is Weir's (`v0:<timestamp>:<body>`, HMAC-SHA256) and not too old.
 */
import { createHmac } from 'node:crypto';
import axios from 'axios';
import { messageOf, TransientError } from '#core/errors.ts';
import { SECOND, type Millis } from '#core/time.ts';
import type { RollbackRequest } from './ports.ts';
import type { Clock } from './ports.ts';

const TIMEOUT: Millis = 10 * SECOND;

export interface RollbackWebhook {
  readonly url: string;
  readonly secret: () => Promise<string>;
  /** The time that is signed. */
  readonly wallClock: Clock;
}

/** The same request may come more than once: its cluster, namespace, rollout and revision tell. Errors: TransientError. */
export function createRollbackWebhook({ url, secret, wallClock }: RollbackWebhook) {
  return async function requestRollback(request: RollbackRequest): Promise<void> {
    const body = JSON.stringify(request);
    const timestamp = String(Math.floor(wallClock.now() / SECOND));
    const headers = {
      'content-type': 'application/json',
      'x-weir-request-timestamp': timestamp,
      'x-weir-signature': signature(await secret(), timestamp, body),
    };
    const options = { headers, timeout: TIMEOUT, maxRedirects: 0, validateStatus: null, transformRequest: [] };
    const { status } = await axios.post(url, body, options).catch((error: unknown) => {
      throw new TransientError(`the rollback webhook does not answer: ${messageOf(error)}`, { cause: error });
    });
    if (status < 200 || status > 299) throw new TransientError(`the rollback webhook answered ${status}`);
  };
}

function signature(secret: string, timestamp: string, body: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
}
