/** Which metrics only rehearse. analysis §9. */
import type { DryRunRule, Metric } from '../resources/argo.ts';
import { rulesByMetric } from './metric-rules.ts';

/** @throws InvalidSpecError for a rule that matches no metric */
export function dryRunMetrics(rules: readonly DryRunRule[], metrics: readonly Metric[]): ReadonlySet<string> {
  const names = metrics.map((metric) => metric.name);
  return new Set(rulesByMetric('dryRun', rules, names).keys());
}
