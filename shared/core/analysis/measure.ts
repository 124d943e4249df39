/** Which measurements a run needs now. analysis §5.2 steps 2–5. */
import { InvalidSpecError } from '../errors.ts';
import { isCompleted, type AnalysisRun, type Argument, type Metric } from '../resources/argo.ts';
import type { Instant } from '../time.ts';
import { dryRunMetrics } from './dry-run.ts';
import { dueWork, isTerminating } from './due.ts';
import type { MeasurementTask } from './reading.ts';
import { retentionLimits } from './retention.ts';
import { resolveSecrets, withPlaceholders, type SecretLookup } from './secrets.ts';
import { resolveMetric } from './substitute.ts';
import { metricsProblem } from './validate.ts';

export type Plan = InvalidPlan | ReadyPlan;

/** The run cannot be measured: it becomes Error with this message. */
export interface InvalidPlan {
  readonly state: 'invalid';
  readonly message: string;
}

export interface ReadyPlan {
  readonly state: 'ready';
  readonly tasks: readonly MeasurementTask[];
  /** All metrics in spec order with their arguments filled in, except secrets. */
  readonly metrics: readonly Metric[];
  /** Names of the metrics that only rehearse. */
  readonly dryRun: ReadonlySet<string>;
  /** Measurements to keep, by metric name, where it is not the default. */
  readonly retention: ReadonlyMap<string, number>;
  /** Secret values to keep out of everything that is stored; never log them. */
  readonly secretsUsed: readonly string[];
}

export interface PlanOptions {
  /** Take each unfinished metric that is not in flight and below its count once now, whatever its interval or delay. */
  readonly onDemand?: boolean;
}

const ARGUMENTS = 'Unable to resolve metric arguments';
const SPEC = 'Analysis spec invalid';

/** A run that is over, or going away, needs nothing. */
const NOTHING_TO_MEASURE: ReadyPlan = {
  state: 'ready',
  tasks: [],
  metrics: [],
  dryRun: new Set(),
  retention: new Map(),
  secretsUsed: [],
};

/** @param secrets the Secrets that secretsNeeded(run) names, as far as they exist */
export function planMeasurements(
  run: AnalysisRun,
  secrets: SecretLookup,
  now: Instant,
  { onDemand = false }: PlanOptions = {},
): Plan {
  if (isCompleted(run.status?.phase) || run.metadata.deletionTimestamp !== undefined) return NOTHING_TO_MEASURE;
  const args = run.spec.args ?? [];
  try {
    const metrics = blaming(ARGUMENTS, () => resolveAll(run, withPlaceholders(args)));
    const rules = blaming(SPEC, () => checkedRules(run, metrics));
    const resolved = blaming(ARGUMENTS, () => resolveSecrets(args, secrets));
    const complete = blaming(ARGUMENTS, () => resolveAll(run, resolved.args));
    const tasks = tasksFor(run, metrics, complete, { now, onDemand });
    return { state: 'ready', tasks, metrics, ...rules, secretsUsed: resolved.values };
  } catch (error) {
    if (error instanceof InvalidSpecError) return { state: 'invalid', message: error.message };
    throw error;
  }
}

/** The step's value; what is wrong with the manifest is reported behind `what`. */
function blaming<T>(what: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof InvalidSpecError) throw new InvalidSpecError(`${what}: ${error.message}`, { cause: error });
    throw error;
  }
}

function resolveAll(run: AnalysisRun, args: readonly Argument[]): readonly Metric[] {
  return (run.spec.metrics ?? []).map((metric) => resolveMetric(metric, args));
}

function checkedRules({ spec }: AnalysisRun, metrics: readonly Metric[]): Pick<ReadyPlan, 'dryRun' | 'retention'> {
  const problem = metricsProblem(metrics);
  if (problem !== undefined) throw new InvalidSpecError(problem);
  return {
    dryRun: dryRunMetrics(spec.dryRun ?? [], metrics),
    retention: retentionLimits(spec.measurementRetention ?? [], metrics),
  };
}

/** @param complete the metrics with their secrets, in the same order */
function tasksFor(
  run: AnalysisRun,
  metrics: readonly Metric[],
  complete: readonly Metric[],
  { now, onDemand }: { now: Instant; onDemand: boolean },
): readonly MeasurementTask[] {
  const options = { terminating: isTerminating(run), onDemand, now };
  return metrics.flatMap((metric, index) => {
    const work = dueWork(metric, run, options);
    // The name stays the public one: a secret must not become the name of a result.
    return work === undefined ? [] : [{ ...work, run, metric: { ...complete[index]!, name: metric.name }, now }];
  });
}
