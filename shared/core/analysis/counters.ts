/** Counters of a metric's result; only the streaks ever fall. analysis §6.1. */
import type { MetricResult, Phase } from '../resources/argo.ts';

type Counters = Pick<
  Required<MetricResult>,
  'count' | 'successful' | 'failed' | 'inconclusive' | 'error' | 'consecutiveError' | 'consecutiveSuccess'
>;

/** The counters after one more measurement with this phase; an unfinished one changes nothing. */
export function countersAfter(result: Partial<Counters>, phase: Phase): Counters {
  const counters = countersOf(result);
  const measured = { ...counters, count: counters.count + 1, consecutiveError: 0, consecutiveSuccess: 0 };
  switch (phase) {
    case 'Successful':
      return {
        ...measured,
        successful: counters.successful + 1,
        consecutiveSuccess: counters.consecutiveSuccess + 1,
      };
    case 'Failed':
      return { ...measured, failed: counters.failed + 1 };
    case 'Inconclusive':
      return { ...measured, inconclusive: counters.inconclusive + 1 };
    case 'Error': {
      // An error is no measurement: it counts for neither `count` nor the limits of failures.
      const consecutiveError = counters.consecutiveError + 1;
      return { ...counters, error: counters.error + 1, consecutiveError, consecutiveSuccess: 0 };
    }
    case 'Pending':
    case 'Running':
      return counters;
  }
}

export function countersOf(result: Partial<Counters>): Counters {
  return {
    count: result.count ?? 0,
    successful: result.successful ?? 0,
    failed: result.failed ?? 0,
    inconclusive: result.inconclusive ?? 0,
    error: result.error ?? 0,
    consecutiveError: result.consecutiveError ?? 0,
    consecutiveSuccess: result.consecutiveSuccess ?? 0,
  };
}
