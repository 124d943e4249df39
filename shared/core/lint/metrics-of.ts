/** The metrics that a manifest holds, each with what surrounds it. */
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

/** Numbers and lengths as they are once the arguments are filled in; those that only a run knows are left out. */
export function settledMetric({ metric, args }: MetricUse): Metric {
  const settle = <T extends number | string>(value: T | undefined): T | undefined => {
    const text = typeof value === 'string' ? substituted(value, args) : value;
    return text as T | undefined;
  };
  const settled = {
    ...metric,
    interval: settle(metric.interval),
    initialDelay: settle(metric.initialDelay),
    count: settle(metric.count),
    failureLimit: settle(metric.failureLimit),
    inconclusiveLimit: settle(metric.inconclusiveLimit),
    consecutiveErrorLimit: settle(metric.consecutiveErrorLimit),
    consecutiveSuccessLimit: settle(metric.consecutiveSuccessLimit),
  };
  return Object.fromEntries(Object.entries(settled).filter(([, value]) => value !== undefined)) as unknown as Metric;
}
