/** What lint must be told about texts and shapes that core cannot read itself: PromQL and the CRDs' schemas. */
import type { KubernetesObject } from '../resources/kubernetes.ts';
import type { Millis } from '../time.ts';
import type { Path } from './finding.ts';

export interface Readers {
  readonly checkFields: (object: KubernetesObject) => FieldReport;
  readonly readQuery: (query: string) => QueryFacts;
  /** How often Prometheus scrapes the pods. */
  readonly scrapeInterval: Millis;
}

/** An object against the schema of its kind. */
export interface FieldReport {
  readonly misfits: readonly Misfit[];
  readonly unknown: readonly UnknownField[];
}

export interface Misfit {
  readonly path: Path;
  /** `must be integer` */
  readonly message: string;
  /** The field is not there, its type is wrong, or of the right type it is no value that is allowed. */
  readonly is: 'missing' | 'mistyped' | 'not allowed';
}

export interface UnknownField {
  readonly path: Path;
  /** Names that could stand there instead. */
  readonly known: readonly string[];
}

/** What a PromQL query can answer, as far as its text tells. */
export type QueryFacts =
  | { readonly state: 'broken'; readonly problem: string; readonly at: number }
  /** Arguments stand for whole parts of it: nothing can be said. */
  | { readonly state: 'open' }
  | ReadQuery;

export interface ReadQuery {
  readonly state: 'read';
  readonly yields: 'scalar' | 'vector';
  /** No series fits, or all are filtered out. */
  readonly mayBeEmpty: boolean;
  /** A division by what may be zero, or a quantile of no observations. */
  readonly mayBeNaN: boolean;
  readonly selectors: readonly QuerySelector[];
  readonly quantiles: readonly QueryQuantile[];
}

export interface QuerySelector {
  readonly at: number;
  readonly metric: string;
  readonly matchers: readonly { readonly label: string; readonly value: string }[];
  /** The window of a range selector. */
  readonly range?: Millis;
}

export interface QueryQuantile {
  readonly at: number;
  /** What happens to the histogram's buckets before the quantile is taken. */
  readonly buckets: 'summed' | 'not summed' | 'le is lost';
}
