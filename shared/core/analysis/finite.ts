/** Checks of the templates that a Rollout names. analysis §3.7. The combination rules are merge-templates.ts. */
import { InvalidSpecError } from '../errors.ts';
import type { Argument, Metric } from '../resources/argo.ts';
import type { Template } from './collect-templates.ts';
import { effectiveCount } from './metric-limits.ts';
import { withVariables } from './query-variables.ts';
import { resolveMetric } from './substitute.ts';

const DUMMY = 'dummy-value';

/** What keeps a template out of steps, pre- and post-promotion: there an analysis must come to an end. */
export function endlessProblems({ metadata: { name }, spec }: Template): readonly string[] {
  const problem = (text: string) => `AnalysisTemplate ${name}: ${text}`;
  const twofold = (spec.args ?? []).find(({ value, valueFrom }) => value !== undefined && valueFrom !== undefined);
  if (twofold !== undefined) return [problem(`arg '${twofold.name}' has both Value and ValueFrom fields`)];
  try {
    const args = (spec.args ?? []).map(withDummy);
    const endless = (spec.metrics ?? []).map((metric) => resolveMetric(atAnyTime(metric), args)).filter(isEndless);
    return endless.map(
      (metric) =>
        `AnalysisTemplate ${name} has metric ${metric.name} which runs indefinitely. Invalid value for count: <nil>`,
    );
  } catch (error) {
    if (error instanceof InvalidSpecError) return [problem(error.message)];
    throw error;
  }
}

/**
 * What keeps a template out of background analysis: declared arguments that nobody supplies.
 * @param given the arguments of `canary.analysis`, undefined when it has none at all
 */
export function suppliedProblems(
  { spec }: Template,
  given: readonly { name: string }[] | undefined,
): readonly string[] {
  const open = (spec.args ?? []).filter(({ value, valueFrom }) => value === undefined && valueFrom === undefined);
  if (given === undefined) return open.map(() => 'missing analysis arguments in rollout spec');
  return open.map(({ name }) => name).filter((name) => !given.some((arg) => arg.name === name));
}

/** Weir's variables are known, whatever they come to. */
function atAnyTime(metric: Metric): Metric {
  return withVariables(metric, { step: 0, update: 0 }, 0);
}

function withDummy({ name, value }: Argument): Argument {
  return { name, value: value ?? DUMMY };
}

function isEndless(metric: Metric): boolean {
  return effectiveCount(metric) === undefined;
}
