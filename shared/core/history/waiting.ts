/** What a pause waits for, as far as it can be told: a time, or people. */
import { approvalDeadline, approvalRule, waitsForPeople } from '../commands/approvals.ts';
import { pauseSeconds } from '../duration.ts';
import type { JsonObject } from '../json.ts';
import type { Rollout } from '../resources/argo.ts';
import { formatTimestamp, parseTimestamp, SECOND, type Instant } from '../time.ts';

/** Details of a `paused` transition: what a card needs to show, and a button to be bound to. */
export function waitingDetails(rollout: Rollout): JsonObject {
  const { spec, status } = rollout;
  const steps = spec.strategy?.canary?.steps?.length;
  const stepIndex = status?.currentStepIndex;
  const pausedAt = status?.pauseConditions?.[0]?.startTime;
  return {
    ...(stepIndex !== undefined && steps !== undefined && { stepIndex, steps }),
    ...(pausedAt !== undefined && { pausedAt }),
    ...ending(rollout),
  };
}

function ending(rollout: Rollout): JsonObject {
  const until = endOfPause(rollout);
  if (until !== undefined) return { until: formatTimestamp(until) };
  if (!waitsForPeople(rollout)) return {};
  const rule = approvalRule(rollout);
  const deadline = approvalDeadline(rollout);
  return {
    people: true,
    ...(rule !== undefined && { approvals: rule.needed }),
    ...(deadline !== undefined && { deadline: formatTimestamp(deadline) }),
  };
}

function endOfPause({ spec, status }: Rollout): Instant | undefined {
  const condition = status?.pauseConditions?.[0];
  const since = parseTimestamp(condition?.startTime);
  if (since === undefined || spec.paused === true) return undefined;
  if (condition?.reason === 'BlueGreenPause') {
    const seconds = spec.strategy?.blueGreen?.autoPromotionSeconds ?? 0;
    return seconds > 0 ? since + seconds * SECOND : undefined;
  }
  if (condition?.reason !== 'CanaryPauseStep') return undefined;
  const duration = spec.strategy?.canary?.steps?.[status?.currentStepIndex ?? 0]?.pause?.duration;
  return duration === undefined ? undefined : since + pauseSeconds(duration) * SECOND;
}
