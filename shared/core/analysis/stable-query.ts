/** The query that a metric asks about the canary, asked about the stable version. decisions 009. */
import type { AnalysisRun, Metric } from '../resources/argo.ts';
import { POD_TEMPLATE_HASH } from '../resources/keys.ts';
import { withQuery } from './requests.ts';

/**
 * undefined: not Prometheus, a query that does not name the canary's pods, one that compares with stable by itself, or
 * nothing to compare with.
 */
export function stableMetric(metric: Metric, run: AnalysisRun, stableHash: string | undefined): Metric | undefined {
  const hash = run.metadata.labels?.[POD_TEMPLATE_HASH] ?? '';
  const prometheus = metric.provider.prometheus;
  const query = prometheus?.query ?? '';
  if (hash === '' || stableHash === undefined || stableHash === '' || stableHash === hash) return undefined;
  if (!query.includes(hash) || query.includes(stableHash)) return undefined;
  const { rangeQuery } = prometheus ?? {};
  const other = withQuery(metric, query.replaceAll(hash, stableHash));
  if (rangeQuery === undefined) return other;
  return { ...other, provider: { prometheus: { ...other.provider.prometheus, rangeQuery } } };
}

/** Could some query name the canary's pods? Then the stable hash is worth a look. */
export function namesPodHash({ metadata, spec }: AnalysisRun): boolean {
  const hash = metadata.labels?.[POD_TEMPLATE_HASH] ?? '';
  return hash !== '' && JSON.stringify([spec.metrics, spec.args ?? []]).includes(hash);
}
