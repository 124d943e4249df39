/** A token in a file that the kubelet renews: read again every minute, as client-go does. */
import { readFileSync } from 'node:fs';
import { MINUTE } from '#core/time.ts';

/** @returns reads the token; throws Error while the file is not there */
export function createTokenFile(file: string): () => string {
  let token = '';
  let readAt = -Infinity;
  return () => {
    if (performance.now() - readAt > MINUTE) {
      token = readFileSync(file, 'utf8').trim();
      readAt = performance.now();
    }
    return token;
  };
}
