/** Slack's v0 request signature over the raw body. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { SECOND, type Instant, type Millis } from '#core/time.ts';

/** Older or newer requests are refused: a replay outside of it needs no memory to be known. */
export const SIGNATURE_WINDOW: Millis = 300 * SECOND;

export interface SignedRequest {
  /** Exactly as received, decoded from base64 where the transport had encoded it. */
  readonly rawBody: string;
  /** X-Slack-Request-Timestamp, seconds. */
  readonly timestamp: string | undefined;
  /** X-Slack-Signature. */
  readonly signature: string | undefined;
}

/** @param secrets the valid ones: two while one is being replaced */
export function isSignedBySlack(request: SignedRequest, secrets: readonly string[], now: Instant): boolean {
  const { rawBody, timestamp, signature } = request;
  if (timestamp === undefined || signature === undefined || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(Math.floor(now / SECOND) - Number(timestamp)) * SECOND > SIGNATURE_WINDOW) return false;
  // Every secret is compared, so that the time taken does not tell which one fits.
  // An empty one everybody knows.
  const known = secrets.filter((secret) => secret !== '');
  return known.map((secret) => sameText(sign(secret, timestamp, rawBody), signature)).includes(true);
}

export function sign(secret: string, timestamp: string, rawBody: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${rawBody}`).digest('hex')}`;
}

function sameText(expected: string, given: string): boolean {
  const left = Buffer.from(expected);
  const right = Buffer.from(given);
  return left.length === right.length && timingSafeEqual(left, right);
}
