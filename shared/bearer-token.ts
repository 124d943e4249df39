/** `Authorization: Bearer …`, compared in constant time. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** @param token a valid one; an empty one fits nothing */
export function isBearer(authorization: string | undefined, token: string): boolean {
  const given = /^bearer +(?<token>\S+)$/i.exec(authorization ?? '')?.groups?.['token'] ?? '';
  return given !== '' && timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
