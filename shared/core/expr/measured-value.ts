/** What a provider measured, as conditions see it under the name `result`. conditions.md §2, §12. */
import type { JsonValue } from '../json.ts';
import type { Instant } from '../time.ts';

export type MeasuredValue =
  /** Decoded JSON: every number is a float, objects are maps, null is nil. */
  | { readonly kind: 'json'; readonly json: JsonValue }
  /** One float (`float64`), NaN and infinities included. */
  | { readonly kind: 'scalar'; readonly value: number }
  /** A float array (`[]float64`): one entry per sample. */
  | { readonly kind: 'vector'; readonly values: readonly number[] }
  /** An array of values of several types, as InfluxDB's records are. analysis.md §18.8 */
  | { readonly kind: 'records'; readonly values: readonly RecordValue[] }
  /** CloudWatch's metric data results: records with capitalised members. analysis.md §18.6 */
  | { readonly kind: 'metric-data'; readonly results: readonly MetricDataResult[] }
  /** No value at all: `result` is nil. */
  | { readonly kind: 'nil' };

/** A value whose type its source has said. Integers have 64 bits and keep all of them. */
export type RecordValue =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'unsigned'; readonly value: bigint }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'bool'; readonly value: boolean }
  /** Nanoseconds since 1970-01-01T00:00:00Z. */
  | { readonly kind: 'time'; readonly nanoseconds: bigint }
  | { readonly kind: 'nil' };

/** Members appear in conditions as `Id`, `Label`, `StatusCode`, `Timestamps`, `Values`, `Messages`; no others exist. */
export interface MetricDataResult {
  readonly id?: string;
  readonly label?: string;
  /** `Complete`, `InternalError`, `PartialData`, `Forbidden`. */
  readonly statusCode: string;
  readonly timestamps: readonly Instant[];
  readonly values: readonly number[];
  readonly messages: readonly { readonly code?: string; readonly value?: string }[];
}
