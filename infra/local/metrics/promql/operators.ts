/** Binary operators on two numbers. */

const ARITHMETIC = {
  '+': (a: number, b: number) => a + b,
  '-': (a: number, b: number) => a - b,
  '*': (a: number, b: number) => a * b,
  '/': (a: number, b: number) => a / b,
  '%': (a: number, b: number) => a % b,
  '^': power,
  atan2: (a: number, b: number) => Math.atan2(a, b),
} as const;

const COMPARISON = {
  '==': (a: number, b: number) => a === b,
  '!=': (a: number, b: number) => a !== b,
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
} as const;

export type ArithmeticOperator = keyof typeof ARITHMETIC;
export type ComparisonOperator = keyof typeof COMPARISON;
export type SetOperator = 'and' | 'or' | 'unless';
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | SetOperator;

export function isArithmetic(operator: string): operator is ArithmeticOperator {
  return Object.hasOwn(ARITHMETIC, operator);
}

export function isComparison(operator: string): operator is ComparisonOperator {
  return Object.hasOwn(COMPARISON, operator);
}

export function isSetOperator(operator: string): operator is SetOperator {
  return operator === 'and' || operator === 'or' || operator === 'unless';
}

/** IEEE 754: a division by zero is NaN or an infinity, not an error. */
export function calculate(operator: ArithmeticOperator, a: number, b: number): number {
  return ARITHMETIC[operator](a, b);
}

/** NaN is unequal to everything, itself included. */
export function compare(operator: ComparisonOperator, a: number, b: number): boolean {
  return COMPARISON[operator](a, b);
}

/** As in Go: 1 to any power is 1, and so is -1 to an infinite one, where JavaScript says NaN. */
function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Infinity)) return 1;
  return base ** exponent;
}
