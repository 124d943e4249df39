/** Virtual time as people write it in tests. */
import { HOUR, MINUTE, SECOND, type Millis } from '../time.ts';

/** `8m`, `1m30s`, `0s`; whole seconds. */
export function timeText(length: Millis): string {
  const hours = Math.floor(length / HOUR);
  const minutes = Math.floor((length % HOUR) / MINUTE);
  const seconds = Math.floor((length % MINUTE) / SECOND);
  const parts = [hours > 0 ? `${hours}h` : '', minutes > 0 ? `${minutes}m` : '', seconds > 0 ? `${seconds}s` : ''];
  return parts.join('') || '0s';
}
