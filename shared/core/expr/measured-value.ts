/** What a provider measured, as conditions see it under the name `result`. conditions.md §2, §12. */
import type { JsonValue } from '../json.ts';

export type MeasuredValue =
  /** Decoded JSON: every number is a float, objects are maps, null is nil. */
  | { readonly kind: 'json'; readonly json: JsonValue }
  /** One float (`float64`), NaN and infinities included. */
  | { readonly kind: 'scalar'; readonly value: number }
  /** A float array (`[]float64`): one entry per sample. */
  | { readonly kind: 'vector'; readonly values: readonly number[] }
  /** No value at all: `result` is nil. */
  | { readonly kind: 'nil' };
