/** Where a release stands, for a script that waits for it. */
import { pauseSeconds } from '#core/duration.ts';
import { rolloutMessage, rolloutStatus } from '#core/messages/tree/status.ts';
import type { Rollout } from '#core/resources/argo.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

export interface ProgressOptions {
  readonly successOnPause: boolean;
}

/** @returns undefined while it goes on by itself */
export function verdictOf(rollout: Rollout, { successOnPause }: ProgressOptions): ExitCode | undefined {
  const status = rolloutStatus(rollout);
  if (status === 'Healthy') return EXIT.ok;
  if (status === 'Degraded') return EXIT.failed;
  if (status === 'Paused' && awaitsPerson(rollout)) return successOnPause ? EXIT.ok : EXIT.paused;
  return undefined;
}

/** A pause with an end is progress; one without waits for a person. */
function awaitsPerson({ spec, status }: Rollout): boolean {
  const reason = status?.pauseConditions?.[0]?.reason;
  if (spec.paused === true || reason?.startsWith('Inconclusive') === true) return true;
  if (reason === 'BlueGreenPause') return spec.strategy?.blueGreen?.autoPromotionEnabled === false;
  const pause = spec.strategy?.canary?.steps?.[status?.currentStepIndex ?? 0]?.pause;
  return pause === undefined || pause === null || pause.duration === undefined || pauseSeconds(pause.duration) < 0;
}

export function progressText(rollout: Rollout): string {
  const message = rolloutMessage(rollout);
  return message === '' ? rolloutStatus(rollout) : `${rolloutStatus(rollout)} - ${message}`;
}
