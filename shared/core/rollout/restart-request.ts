/** `spec.restartAt`: asked for, and not done yet. engine §9. */
import { parseTimestamp } from '../time.ts';

/** @param restartedAt the last request that was fulfilled */
export function restartIsWanted(restartAt: string | undefined, restartedAt: string | undefined): boolean {
  const at = parseTimestamp(restartAt);
  return at !== undefined && at !== parseTimestamp(restartedAt);
}
