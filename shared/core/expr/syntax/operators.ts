/** How tightly operators bind; higher is tighter. conditions.md §4. */

export const UNARY_PRECEDENCE: ReadonlyMap<string, number> = new Map([
  ['not', 50],
  ['!', 50],
  ['-', 90],
  ['+', 90],
]);

export const BINARY_PRECEDENCE: ReadonlyMap<string, number> = new Map([
  ['|', 0],
  ['or', 10],
  ['||', 10],
  ['and', 15],
  ['&&', 15],
  ['==', 20],
  ['!=', 20],
  ['<', 20],
  ['>', 20],
  ['>=', 20],
  ['<=', 20],
  ['in', 20],
  ['matches', 20],
  ['contains', 20],
  ['startsWith', 20],
  ['endsWith', 20],
  ['..', 25],
  ['+', 30],
  ['-', 30],
  ['*', 60],
  ['/', 60],
  ['%', 60],
  ['**', 100],
  ['^', 100],
  ['??', 500],
]);

/** Power alone groups from the right. */
export function isRightAssociative(operator: string): boolean {
  return operator === '**' || operator === '^';
}

/** May have `not` in front: `x not in y`. */
export function isNegatable(operator: string): boolean {
  return ['in', 'matches', 'contains', 'startsWith', 'endsWith'].includes(operator);
}

/** Chains: `a < b <= c`. */
export function isComparison(operator: string): boolean {
  return ['<', '<=', '>', '>='].includes(operator);
}
