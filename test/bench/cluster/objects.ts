/** The objects of the benchmarks: the same for whoever works on them. */
import type { AnalysisRun, AnalysisTemplate, CanaryStep, Metric, Rollout } from '#core/resources/argo.ts';
import { ARGO_API_VERSION } from '#core/resources/argo.ts';
import type { NewObject } from '#core/resources/kubernetes.ts';

export interface Named {
  readonly namespace: string;
  readonly name: string;
}

interface MetricOptions {
  readonly query: string;
  /** `host:port`. */
  readonly source: string;
  readonly intervalSeconds: number;
  readonly count?: number;
}

function metric(name: string, { query, source, intervalSeconds, count }: MetricOptions): Metric {
  return {
    name,
    interval: `${intervalSeconds}s`,
    ...(count === undefined ? {} : { count }),
    successCondition: 'result[0] == 1',
    provider: { prometheus: { address: `http://${source}`, query } },
  };
}

export function analysisRun(
  { namespace, name }: Named,
  queries: readonly string[],
  options: Omit<MetricOptions, 'query'>,
): NewObject<AnalysisRun> {
  const metrics = queries.map((query, index) => metric(`m${index}`, { ...options, query }));
  return { apiVersion: ARGO_API_VERSION, kind: 'AnalysisRun', metadata: { namespace, name }, spec: { metrics } };
}

/** Asks a query of its Rollout's own name, for as long as it lives. */
export function template(
  { namespace, name }: Named,
  source: string,
  intervalSeconds: number,
): NewObject<AnalysisTemplate> {
  return {
    apiVersion: ARGO_API_VERSION,
    kind: 'AnalysisTemplate',
    metadata: { namespace, name },
    spec: {
      args: [{ name: 'app' }],
      metrics: [metric('success', { query: '{{args.app}}', source, intervalSeconds })],
    },
  };
}

export interface RolloutOptions {
  readonly replicas: number;
  readonly steps: readonly CanaryStep[];
  /** Background analysis by this template. */
  readonly templateName?: string;
}

export function rollout(
  { namespace, name }: Named,
  { replicas, steps, templateName }: RolloutOptions,
): NewObject<Rollout> {
  const analysis = templateName === undefined ? {} : { analysis: backgroundAnalysis(templateName, name) };
  return {
    apiVersion: ARGO_API_VERSION,
    kind: 'Rollout',
    metadata: { namespace, name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: podTemplate(name, 'v1'),
      strategy: { canary: { steps: [...steps], ...analysis } },
    },
  };
}

function backgroundAnalysis(templateName: string, name: string) {
  return { templates: [{ templateName }], args: [{ name: 'app', value: name }] };
}

export function podTemplate(name: string, version: string) {
  return { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image: `app:${version}` }] } };
}
