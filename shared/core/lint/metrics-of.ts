/** The metrics that a manifest holds, each with what surrounds it. */
import { integerOf, isGiven } from '../analysis/metric-limits.ts';
import type { AnalysisRunSpec, AnalysisTemplateSpec, Argument, Metric } from '../resources/argo.ts';
import type { KubernetesObject } from '../resources/kubernetes.ts';
import type { Path } from './finding.ts';
import { argoKindOf } from './manifest.ts';
import { substituted } from './tokens.ts';

export interface MetricUse {
  readonly metric: Metric;
  readonly path: Path;
  /** Declared beside it. */
  readonly args: readonly Argument[];
}

/** Templates and runs have them at the same place. */
export function analysisSpecOf(object: KubernetesObject): AnalysisTemplateSpec | AnalysisRunSpec | undefined {
  const kind = argoKindOf(object);
  if (kind === undefined || kind === 'Rollout' || kind === 'Experiment') return undefined;
  return (object as KubernetesObject & { readonly spec?: AnalysisTemplateSpec }).spec;
}

export function metricsOf(object: KubernetesObject): readonly MetricUse[] {
  const { metrics = [], args = [] } = analysisSpecOf(object) ?? {};
  return metrics.map((metric, index) => ({ metric, path: ['spec', 'metrics', index], args }));
}

/** Stands for an interval that only a run knows: it is there, and no shorter than anything. */
const SOME_INTERVAL = '24h';

/** Numbers and lengths as they are once the arguments are filled in. Of those that only a run knows nothing is assumed. */
export function settledMetric({ metric, args }: MetricUse): Metric {
  const settle = <T extends number | string>(value: T | undefined): T | undefined => {
    const text = typeof value === 'string' ? substituted(value, args) : value;
    return text as T | undefined;
  };
  const failureLimit = settle(metric.failureLimit);
  // Without one of the two limits the metric would be refused.
  const someStreak = metric.consecutiveSuccessLimit !== undefined && integerOf(failureLimit) < 0 ? 1 : undefined;
  const settled = {
    ...metric,
    interval: settle(metric.interval) ?? (isGiven(metric.interval) ? SOME_INTERVAL : undefined),
    initialDelay: settle(metric.initialDelay),
    count: settle(metric.count),
    failureLimit,
    inconclusiveLimit: settle(metric.inconclusiveLimit),
    consecutiveErrorLimit: settle(metric.consecutiveErrorLimit),
    consecutiveSuccessLimit: settle(metric.consecutiveSuccessLimit) ?? someStreak,
  };
  return Object.fromEntries(Object.entries(settled).filter(([, value]) => value !== undefined)) as unknown as Metric;
}
