/** How long a version stays up that was given up. engine §8.4. */
import type { Rollout } from '../resources/argo.ts';

/** Seconds that the new version stays up after an abort; undefined: for good. Absent: 30. engine §1.1. */
export function abortDelaySeconds({ rollout }: { readonly rollout: Rollout }): number | undefined {
  const { canary, blueGreen } = rollout.spec.strategy ?? {};
  const seconds = (canary ?? blueGreen)?.abortScaleDownDelaySeconds ?? 30;
  return seconds === 0 ? undefined : seconds;
}
