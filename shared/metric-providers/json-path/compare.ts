/** Comparisons in filters. Kinds must agree, and an integer literal is no float: analysis §18.2. */
import type { JsonValue } from '#core/json.ts';
import { PathError } from './node.ts';

/** A value of the document, or an integer literal of the template. */
export type PathValue = JsonValue | bigint;

/** @throws PathError for operands that do not compare, and for an operator that is none */
export function compareValues(left: PathValue, operator: string, right: PathValue): boolean {
  switch (operator) {
    case '==':
      return areEqual(left, right);
    case '!=':
      return !areEqual(left, right);
    case '<':
      return isLess(left, right);
    case '<=':
      return isLess(left, right) || areEqual(left, right);
    case '>':
      return !isLess(left, right) && !areEqual(left, right);
    case '>=':
      return !isLess(left, right);
    default:
      throw new PathError(`unrecognized filter operator ${operator}`);
  }
}

function areEqual(left: PathValue, right: PathValue): boolean {
  assertComparable(left, right);
  return left === right;
}

function isLess(left: PathValue, right: PathValue): boolean {
  assertComparable(left, right);
  if (typeof left === 'boolean') throw new PathError('invalid type for comparison');
  return (left as number) < (right as number);
}

function assertComparable(left: PathValue, right: PathValue): void {
  if (isComposite(left) || isComposite(right)) throw new PathError('invalid type for comparison');
  if (typeof left !== typeof right) throw new PathError('incompatible types for comparison');
}

function isComposite(value: PathValue): boolean {
  return value === null || typeof value === 'object';
}
