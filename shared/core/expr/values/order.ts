/** `< <= > >=` at run time. conditions.md §6: numbers, strings by bytes, times, durations; NaN is never in order. */
import { isDuration, mismatch } from './arithmetic.ts';
import { numberOf } from './equality.ts';
import { compareText } from './text.ts';
import { Time, type Value } from './values.ts';

export type Comparison = '<' | '<=' | '>' | '>=';

/** @throws Failure when the two have no order */
export function inOrder(operator: Comparison, left: Value, right: Value): boolean {
  if (typeof left === 'number' && typeof right === 'number') return holds(operator, left, right);
  const a = numberOf(left);
  const b = numberOf(right);
  if (a !== undefined && b !== undefined) {
    return typeof a === 'bigint' && typeof b === 'bigint'
      ? holds(operator, a, b)
      : holds(operator, Number(a), Number(b));
  }
  if (typeof left === 'string' && typeof right === 'string') return holds(operator, compareText(left, right), 0);
  if (left instanceof Time && right instanceof Time) return holds(operator, left.nanoseconds, right.nanoseconds);
  if (isDuration(left) && isDuration(right)) return holds(operator, left.value, right.value);
  return mismatch(operator, left, right);
}

function holds(operator: Comparison, left: number | bigint, right: number | bigint): boolean {
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

export function less(left: Value, right: Value): boolean {
  return inOrder('<', left, right);
}
