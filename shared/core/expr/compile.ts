/** The condition language: text in, verdict out. conditions.md. */
import type { Instant } from '../time.ts';
import { ConditionError } from './condition-error.ts';
import type { MeasuredValue } from './measured-value.ts';

export { ConditionError };

/** What a condition may ask of the world besides `result`. */
export interface ConditionEnv {
  /** What `now()` answers. */
  readonly now: Instant;
}

export interface Condition {
  /** @throws ConditionError for every failure, problems of the text included: types depend on `result`. */
  evaluate(result: MeasuredValue, env?: ConditionEnv): boolean;
}

/** A condition text, ready to be asked. Never throws: problems are told by `evaluate`. */
export function compileCondition(source: string): Condition {
  return {
    evaluate(_result, _env) {
      throw new ConditionError('compile', `not ready: ${source}`);
    },
  };
}

/**
 * The instant that a Prometheus range query's `start` or `end` names. conditions.md §11.
 * @throws ConditionError when the text is wrong or yields no time
 */
export function evaluateInstant(source: string, now: Instant): Instant {
  throw new ConditionError('compile', `not ready: ${source} ${now}`);
}
