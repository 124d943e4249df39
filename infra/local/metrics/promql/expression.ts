/** A PromQL expression as a tree whose types fit (parse.ts makes it, evaluate.ts computes it). */
import type { Instant, Millis } from '#core/time.ts';
import type { AggregationOperator } from './aggregate.ts';
import type { LabelChoice } from './labels.ts';
import type { Matcher } from './matchers.ts';
import type { ArithmeticOperator, ComparisonOperator, SetOperator } from './operators.ts';
import type { Value, ValueType } from './value.ts';

export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | Selector
  /** `selector[5m]` */
  | { readonly kind: 'range'; readonly selector: Selector; readonly length: Millis }
  | { readonly kind: 'call'; readonly function: PromqlFunction; readonly args: readonly Expression[] }
  | {
      readonly kind: 'aggregation';
      readonly operator: AggregationOperator;
      readonly grouping: LabelChoice;
      readonly of: Expression;
    }
  | { readonly kind: 'negation'; readonly of: Expression }
  | BinaryExpression;

/** `name{label="value"} offset 1m` */
export interface Selector {
  readonly kind: 'selector';
  readonly matchers: readonly Matcher[];
  readonly offset: Millis;
}

export interface BinaryExpression {
  readonly kind: 'binary';
  readonly operator: ArithmeticOperator | ComparisonOperator | SetOperator;
  readonly left: Expression;
  readonly right: Expression;
  /** A comparison yields 0 or 1 instead of leaving out what is false. */
  readonly bool: boolean;
  /** Which labels decide whether two series belong together. */
  readonly matching: LabelChoice;
}

export interface PromqlFunction {
  readonly parameters: readonly ValueType[];
  /** How many of the last parameters may be left out. */
  readonly optional?: number;
  readonly returns: 'scalar' | 'instant vector';
  /** @param written the arguments as they stand in the query */
  readonly call: (args: readonly Value[], at: Instant, written: readonly Expression[]) => Value;
}

export function typeOf(expression: Expression): ValueType {
  switch (expression.kind) {
    case 'number':
      return 'scalar';
    case 'range':
      return 'range vector';
    case 'selector':
    case 'aggregation':
      return 'instant vector';
    case 'call':
      return expression.function.returns;
    case 'negation':
      return typeOf(expression.of);
    case 'binary':
      return typeOf(expression.left) === 'scalar' && typeOf(expression.right) === 'scalar'
        ? 'scalar'
        : 'instant vector';
  }
}
