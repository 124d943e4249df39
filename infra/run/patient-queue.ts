/**
 * The work queue of a process that goes on living: when the store does not answer at the end of a pass, the object is given back as
 * soon as it does. Left alone it would stay held until the hold is over, and what has changed meanwhile would wait for minutes.
 */
import { TransientError } from '#core/errors.ts';
import { SECOND, type Millis } from '#core/time.ts';
import type { Claim, Clock, WorkQueue } from '#shared/ports.ts';
import type { Timers } from '../local/clock.ts';

export interface PatientQueueParts {
  readonly queue: WorkQueue;
  readonly timers: Timers & Clock;
  /** Nobody waits any longer. */
  readonly isStopped: () => boolean;
}

const FIRST_WAIT: Millis = SECOND / 2;
const LONGEST_WAIT: Millis = 5 * SECOND;

export function createPatientQueue({ queue, timers, isStopped }: PatientQueueParts): WorkQueue {
  return {
    ...queue,
    release: (claim, next) => untilDone(claim, () => queue.release(claim, next)),
    putOff: (claim, until) => untilDone(claim, () => queue.putOff(claim, until)),
    fail: (claim) => untilDone(claim, () => queue.fail(claim)),
  };

  /** @throws what the store throws: what does not pass by itself at once, anything else once the hold is over */
  async function untilDone({ heldUntil }: Claim, act: () => Promise<void>): Promise<void> {
    for (let wait = FIRST_WAIT; ; wait = Math.min(LONGEST_WAIT, wait * 2)) {
      try {
        return await act();
      } catch (error) {
        const isHopeless = !(error instanceof TransientError) || isStopped() || timers.now() + wait > heldUntil;
        if (isHopeless) throw error;
      }
      await new Promise<void>((resolve) => void timers.after(wait, resolve));
    }
  }
}
