/** Every rule, in the order of the documentation. A new rule is one constant in `rules/` and one line here. */
import type { Rule, RuleText } from './rule.ts';
import { IGNORED_ARGUMENT, NO_ANALYSIS, SINGLE_METRIC } from './rules/analyses.ts';
import { INVALID_ANALYSIS, INVALID_ROLLOUT, NOT_YET_IN_WEIR } from './rules/argo-refuses.ts';
import { BROKEN_CONDITION, EMPTY_RESULT, NAN_UNGUARDED, NO_CONDITION } from './rules/conditions.ts';
import { MISSING_FIELD, UNKNOWN_FIELD, WRONG_TYPE, WRONG_VALUE } from './rules/fields.ts';
import {
  CANNOT_FAIL,
  NO_FAILURE_LIMIT,
  ONLY_IN_WEIR,
  SHORT_INTERVAL,
  UNDEFINED_ARG,
  UNUSED_ARG,
} from './rules/metrics.ts';
import { BROKEN_QUERY, HISTOGRAM_WITHOUT_LE, NO_POD_HASH, SHORT_RANGE } from './rules/queries.ts';
import { INVALID_REFERENCE, NOT_AMONG_FILES } from './rules/references.ts';
import { LARGE_FIRST_WEIGHT, NO_PAUSE, NO_STEPS, PROMOTES_UNSEEN } from './rules/steps.ts';

/** What is found before there is an object to look at. */
export const BROKEN_FILE: RuleText = {
  id: 'broken-file',
  severity: 'error',
  tells: 'a document that is no valid YAML or JSON',
  because: 'Nothing of it can be applied.',
};

export const RULES: readonly Rule[] = [
  WRONG_TYPE,
  WRONG_VALUE,
  MISSING_FIELD,
  UNKNOWN_FIELD,
  INVALID_ROLLOUT,
  INVALID_REFERENCE,
  INVALID_ANALYSIS,
  UNDEFINED_ARG,
  BROKEN_CONDITION,
  BROKEN_QUERY,
  NOT_AMONG_FILES,
  NOT_YET_IN_WEIR,
  EMPTY_RESULT,
  NAN_UNGUARDED,
  NO_CONDITION,
  NO_FAILURE_LIMIT,
  CANNOT_FAIL,
  HISTOGRAM_WITHOUT_LE,
  NO_POD_HASH,
  SHORT_INTERVAL,
  SHORT_RANGE,
  NO_STEPS,
  LARGE_FIRST_WEIGHT,
  NO_PAUSE,
  SINGLE_METRIC,
  IGNORED_ARGUMENT,
  PROMOTES_UNSEEN,
  NO_ANALYSIS,
  ONLY_IN_WEIR,
  UNUSED_ARG,
];
