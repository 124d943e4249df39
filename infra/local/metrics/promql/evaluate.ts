/** Compute an expression at one instant. */
import type { Instant } from '#core/time.ts';
import { aggregate } from './aggregate.ts';
import { applyBinary } from './binary.ts';
import type { Expression } from './expression.ts';
import { selectInstant, selectRange } from './select.ts';
import { elementsOf, scalar, vector, withoutName, type SeriesSource, type Value } from './value.ts';

/** @throws QueryError when series do not match up */
export function evaluate(expression: Expression, at: Instant, source: SeriesSource): Value {
  const value = (of: Expression): Value => evaluate(of, at, source);
  switch (expression.kind) {
    case 'number':
      return scalar(expression.value);
    case 'selector':
      return vector(selectInstant(expression, at, source));
    case 'range':
      return { type: 'range vector', windows: selectRange(expression.selector, expression.length, at, source) };
    case 'call':
      return expression.function.call(expression.args.map(value), at, expression.args);
    case 'aggregation':
      return vector(aggregate(expression.operator, expression.grouping, elementsOf(value(expression.of))));
    case 'negation':
      return negate(value(expression.of));
    case 'binary':
      return applyBinary(expression, value(expression.left), value(expression.right));
  }
}

function negate(value: Value): Value {
  if (value.type === 'scalar') return scalar(-value.value);
  const negated = elementsOf(value).map(({ labels, value: positive }) => ({ labels, value: -positive }));
  return vector(withoutName(negated));
}
