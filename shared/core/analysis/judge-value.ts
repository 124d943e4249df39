/** What the conditions of a metric say of a value. analysis §6.2. */
import { compileCondition, ConditionError } from '../expr/compile.ts';
import type { MeasuredValue } from '../expr/measured-value.ts';
import type { Metric, Phase } from '../resources/argo.ts';
import type { Instant } from '../time.ts';
import { isGiven } from './metric-limits.ts';

/** A phase and the rule that decided, or why the conditions gave none. */
export type ValueVerdict =
  | { readonly ok: true; readonly phase: Phase; readonly rule: string }
  | { readonly ok: false; readonly message: string };

type ConditionField = 'successCondition' | 'failureCondition';
type Answer =
  | { readonly ok: true; readonly holds: boolean | undefined }
  | { readonly ok: false; readonly message: string };

const NO_DATA = 'metric result is nil or empty: no data returned from the metric provider';

/** Both conditions are asked, success first; an error of either gives no verdict. */
export function judgeValue(metric: Metric, value: MeasuredValue, now: Instant): ValueVerdict {
  const success = ask(metric, 'successCondition', value, now);
  if (!success.ok) return success;
  const failure = ask(metric, 'failureCondition', value, now);
  if (!failure.ok) return failure;
  const rule = ruleOf(metric, success.holds, failure.holds);
  return { ok: true, phase: phaseOf(success.holds, failure.holds), rule };
}

/** Failure wins over success; undefined stands for a condition that is not given. */
function phaseOf(success: boolean | undefined, failure: boolean | undefined): Phase {
  if (failure === true) return 'Failed';
  if (success === true) return 'Successful';
  if (success === undefined) return 'Successful';
  return failure === undefined ? 'Failed' : 'Inconclusive';
}

/** Which condition decided, and how it answered: `result[0] >= 0.95 was false`. */
function ruleOf(metric: Metric, success: boolean | undefined, failure: boolean | undefined): string {
  const { successCondition, failureCondition } = metric;
  if (success === undefined && failure === undefined) return 'no condition is given';
  if (failure === undefined) return `${successCondition} was ${success}`;
  if (success === undefined) return `${failureCondition} was ${failure}`;
  if (failure) return `failureCondition ${failureCondition} was true`;
  if (success) return `successCondition ${successCondition} was true`;
  return `successCondition ${successCondition} and failureCondition ${failureCondition} were false`;
}

function ask(metric: Metric, field: ConditionField, value: MeasuredValue, now: Instant): Answer {
  const text = metric[field];
  if (!isGiven(text)) return { ok: true, holds: undefined };
  try {
    return { ok: true, holds: compileCondition(text).evaluate(value, { now }) };
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    const cause = isNilOrEmpty(value) ? NO_DATA : error.message;
    return { ok: false, message: `could not evaluate ${field} "${text}": ${cause}` };
  }
}

/** Then the message says so, whatever the condition stumbled over. */
function isNilOrEmpty(value: MeasuredValue): boolean {
  switch (value.kind) {
    case 'nil':
      return true;
    case 'json':
      return value.json === null || (Array.isArray(value.json) && value.json.length === 0);
    case 'vector':
    case 'records':
      return value.values.length === 0;
    case 'metric-data':
      return value.results.length === 0;
    case 'scalar':
      return false;
  }
}
