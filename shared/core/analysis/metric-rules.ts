/** Rules that name metrics by a regular expression: dry-run and retention. analysis §9, §10. */
import { InvalidSpecError } from '../errors.ts';
import { Failure } from '../expr/failure.ts';
import { Meter } from '../expr/meter.ts';
import { compileRegexp } from '../expr/regexp/regexp.ts';

export interface MetricRule {
  readonly metricName: string;
}

/**
 * For each metric name that some rule matches, the last such rule. The expression is searched in the name, not anchored;
 * an invalid one matches nothing.
 * @param field what the message calls the list: `dryRun`, `measurementRetention`
 * @throws InvalidSpecError for a rule that matches no metric
 */
export function rulesByMetric<Rule extends MetricRule>(
  field: string,
  rules: readonly Rule[],
  names: readonly string[],
): ReadonlyMap<string, Rule> {
  const matched = new Map<string, Rule>();
  for (const [index, rule] of rules.entries()) {
    const hits = names.filter((name) => isMatch(rule.metricName, name));
    if (hits.length === 0) throw new InvalidSpecError(`${field}[${index}]: Rule didn't match any metric name(s)`);
    for (const name of hits) matched.set(name, rule);
  }
  return matched;
}

/** Go's regular expressions (RE2): no pattern of a tenant takes long, and one that would is given up. */
function isMatch(expression: string, name: string): boolean {
  try {
    return compileRegexp(expression).matches(name, new Meter());
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}
