/** When a completed run may go. analysis §11. */
import { isCompleted, type AnalysisRun } from '../resources/argo.ts';
import { parseTimestamp, SECOND, type Instant } from '../time.ts';

/** Its time to live has passed. Without `completedAt` (a run that never started) it stays. */
export function isExpired({ spec, status }: AnalysisRun, now: Instant): boolean {
  const completedAt = parseTimestamp(status?.completedAt);
  const seconds = secondsToLive(spec.ttlStrategy ?? {}, status?.phase);
  if (!isCompleted(status?.phase) || completedAt === undefined || seconds === undefined) return false;
  return Math.floor((now - completedAt) / SECOND) > seconds;
}

function secondsToLive(
  strategy: NonNullable<AnalysisRun['spec']['ttlStrategy']>,
  phase: string | undefined,
): number | undefined {
  const { secondsAfterCompletion, secondsAfterSuccess, secondsAfterFailure } = strategy;
  if (phase === 'Successful') return secondsAfterSuccess ?? secondsAfterCompletion;
  if (phase === 'Failed') return secondsAfterFailure ?? secondsAfterCompletion;
  return secondsAfterCompletion;
}
