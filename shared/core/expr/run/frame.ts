/** One evaluation: what it was asked with, and where it stands. */
import type { Instant } from '../../time.ts';
import type { Surroundings } from '../builtins/builtin.ts';
import { Meter } from '../meter.ts';
import { NIL_LIST, type List, type Value } from '../values/values.ts';

/** The innermost predicate: what it walks, `#index`, `#acc`. The element is fetched when it is asked for. */
export interface Scope {
  readonly list: List;
  index: number;
  accumulator: Value;
}

export class Frame implements Surroundings {
  readonly meter = new Meter();
  readonly result: Value;
  readonly now: Instant | undefined;
  /** Values of `let`, by the slots that the generator gave out. */
  readonly variables: Value[] = [];
  scope: Scope = NOWHERE;
  /** See remains.ts. */
  readonly remains: Value[] = [];
  /** `$env`, once it has been asked for: it equals itself. */
  environment: Value = null;

  constructor(result: Value, now: Instant | undefined) {
    this.result = result;
    this.now = now;
  }
}

/** Outside of every predicate. */
const NOWHERE: Scope = Object.freeze({ list: NIL_LIST, index: 0, accumulator: null });

/** A part of a condition, ready to be asked for its value. */
export type Evaluate = (frame: Frame) => Value;
