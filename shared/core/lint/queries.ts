/** The Prometheus query of a metric, and what is known of it. */
import type { Path } from './finding.ts';
import type { MetricUse } from './metrics-of.ts';
import type { QueryFacts, Readers } from './readers.ts';

export interface QueryUse {
  readonly path: Path;
  readonly text: string;
  readonly facts: QueryFacts;
}

/** Undefined for other providers, and while there is no query. */
export function queryOf({ metric, path }: MetricUse, { readQuery }: Readers): QueryUse | undefined {
  const text = metric.provider?.prometheus?.query;
  if (text === undefined || text === '') return undefined;
  return { path: [...path, 'provider', 'prometheus', 'query'], text, facts: readQuery(text) };
}
