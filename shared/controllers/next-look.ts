/** When the queue must bring an object back: there is no watch between ticks. */
import { earliest, SECOND, type Instant, type Millis } from '#core/time.ts';

/** A pass that acted leads to the next one. */
const AFTER_ACTING: Millis = SECOND;
/** Waiting for the cluster: look after 2, 4, 8, then every 15 s since the last change. */
const WAITS: readonly Millis[] = [2 * SECOND, 4 * SECOND, 8 * SECOND];
const LONGEST_WAIT: Millis = 15 * SECOND;

export interface LookInputs {
  readonly now: Instant;
  /** When the decision was made: what came after it took time, too. */
  readonly decidedAt: Instant;
  readonly continues: boolean;
  readonly waits: boolean;
  readonly changedAt: Instant;
  /** What the decision itself asks for, from then on: a timed pause asks for its very end. */
  readonly requeueAfter: Millis | undefined;
}

export function nextLook(inputs: LookInputs): Instant | undefined {
  const { now, decidedAt, continues, waits, changedAt, requeueAfter } = inputs;
  const at = earliest(
    requeueAfter === undefined ? undefined : decidedAt + requeueAfter,
    continues ? now + AFTER_ACTING : undefined,
    waits ? now + waitFor(now - changedAt) : undefined,
  );
  return at === undefined ? undefined : Math.max(now, at);
}

/** The looks fall 2, 6 and 14 s after the last change, then every 15 s. */
function waitFor(unchangedFor: Millis): Millis {
  let end = 0;
  for (const wait of WAITS) {
    end += wait;
    if (unchangedFor < end) return end - Math.max(0, unchangedFor);
  }
  return LONGEST_WAIT;
}
