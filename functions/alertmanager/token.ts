/** The bearer token of the webhook; two are valid while one is being replaced. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** In constant time, whatever is given. */
export function hasValidToken(authorization: string | undefined, tokens: readonly string[]): boolean {
  const given = /^bearer +(?<token>\S+)$/i.exec(authorization ?? '')?.groups?.['token'] ?? '';
  const matches = tokens.map((token) => timingSafeEqual(digest(token), digest(given)));
  return given !== '' && matches.includes(true);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
