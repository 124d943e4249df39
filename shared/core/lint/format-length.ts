/** A length as manifests write it. */
import { HOUR, MINUTE, SECOND, type Millis } from '../time.ts';

/** `90s` for what is not whole minutes, `5m`, `1h`. */
export function formatLength(length: Millis): string {
  if (length >= HOUR && length % HOUR === 0) return `${length / HOUR}h`;
  if (length >= MINUTE && length % MINUTE === 0) return `${length / MINUTE}m`;
  return length % SECOND === 0 ? `${length / SECOND}s` : `${length}ms`;
}
