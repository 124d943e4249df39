/** The language's int: 64-bit two's complement that wraps. conditions.md §2. Held in a bigint, as floats are in a number. */

export const MAX_INT = 2n ** 63n - 1n;
export const MIN_INT = -(2n ** 63n);

/** The value modulo 2^64, as a signed number. */
export function wrap(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

/** Toward zero; NaN and what does not fit become the smallest int. */
export function truncateFloat(value: number): bigint {
  return value >= -(2 ** 63) && value < 2 ** 63 ? BigInt(Math.trunc(value)) : MIN_INT;
}
