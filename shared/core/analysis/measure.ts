/** Which measurements a run needs now. analysis §5.2 steps 2–5. */
import { InvalidSpecError } from '../errors.ts';
import { isCompleted, type AnalysisRun, type Argument, type Metric } from '../resources/argo.ts';
import type { Instant } from '../time.ts';
import { dryRunMetrics } from './dry-run.ts';
import { dueWork, isTerminating } from './due.ts';
import { onProviderError } from './provider-errors.ts';
import { providerOf } from './provider-of.ts';
import { fillVariables, sinceOfRun, withVariables, type Since } from './query-variables.ts';
import type { MeasurementTask, RequestsNeeded } from './reading.ts';
import { requestsRules, type RequestsRules } from './requests.ts';
import { retentionLimits } from './retention.ts';
import { resolveSecrets, withPlaceholders, type SecretLookup } from './secrets.ts';
import { stableMetric } from './stable-query.ts';
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
  /** When the Rollout's step and update began; without it the run's own beginning counts. */
  readonly since?: Since;
  /** Pod template hash of the stable version. */
  readonly stableHash?: string;
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
  options: PlanOptions = {},
): Plan {
  if (isCompleted(run.status?.phase) || run.metadata.deletionTimestamp !== undefined) return NOTHING_TO_MEASURE;
  const args = run.spec.args ?? [];
  const filling = { since: options.since ?? sinceOfRun(run, now), now };
  try {
    const metrics = blaming(ARGUMENTS, () => resolveAll(run, withPlaceholders(args), filling));
    const rules = blaming(SPEC, () => checkedRules(run, metrics));
    const resolved = blaming(ARGUMENTS, () => resolveSecrets(args, secrets));
    const complete = blaming(ARGUMENTS, () => resolveAll(run, resolved.args, filling));
    const requests = blaming(ARGUMENTS, () => requestsOf(run, resolved.args, filling));
    const tasks = tasksFor(run, metrics, complete, { ...options, now, requests });
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

interface Filling {
  readonly since: Since;
  readonly now: Instant;
}

function resolveAll(run: AnalysisRun, args: readonly Argument[], { since, now }: Filling): readonly Metric[] {
  return (run.spec.metrics ?? []).map((metric) => resolveMetric(withVariables(metric, since, now), args));
}

function requestsOf(run: AnalysisRun, args: readonly Argument[], { since, now }: Filling): RequestsRules {
  return requestsRules(run, args, (query) => fillVariables(query, since, now));
}

function checkedRules(run: AnalysisRun, metrics: readonly Metric[]): Pick<ReadyPlan, 'dryRun' | 'retention'> {
  const { spec } = run;
  onProviderError(run);
  const problem = metricsProblem(metrics);
  if (problem !== undefined) throw new InvalidSpecError(problem);
  return {
    dryRun: dryRunMetrics(spec.dryRun ?? [], metrics),
    retention: retentionLimits(spec.measurementRetention ?? [], metrics),
  };
}

type TaskOptions = PlanOptions & { readonly now: Instant; readonly requests: RequestsRules };

/** @param complete the metrics with their secrets, in the same order */
function tasksFor(
  run: AnalysisRun,
  metrics: readonly Metric[],
  complete: readonly Metric[],
  { now, onDemand = false, requests, stableHash }: TaskOptions,
): readonly MeasurementTask[] {
  const options = { terminating: isTerminating(run), onDemand, now };
  return metrics.flatMap((metric, index) => {
    const work = dueWork(metric, run, options);
    if (work === undefined) return [];
    // The name stays the public one: a secret must not become the name of a result.
    const task = { ...work, run, metric: { ...complete[index]!, name: metric.name }, now };
    const needed = requests.get(run.spec.metrics[index]!.name);
    return [{ ...task, ...(work.operation === 'run' && besides(task, needed, stableHash)) }];
  });
}

/** What is asked besides the metric itself: only Prometheus can be asked another query at the same place. */
function besides(
  { metric, run }: MeasurementTask,
  requests: RequestsNeeded | undefined,
  stableHash: string | undefined,
): Pick<MeasurementTask, 'requests' | 'stable'> {
  if (providerOf(metric) !== 'prometheus') return {};
  const stable = stableMetric(metric, run, stableHash);
  return { ...(requests !== undefined && { requests }), ...(stable !== undefined && { stable }) };
}
