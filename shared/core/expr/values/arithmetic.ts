/** `+ - * / % **` and the signs, at run time. conditions.md §6. */
import { fail } from '../failure.ts';
import { MAX_STRING_LENGTH, MEMORY_EXCEEDED } from '../limits.ts';
import { numberOf } from './equality.ts';
import { truncateFloat, wrap } from './integers.ts';
import { concatenate } from './text.ts';
import { DURATION } from './types.ts';
import { duration, Integer, Time, typeName, type Value } from './values.ts';

/** @throws Failure naming both types */
export function mismatch(operator: string, left: Value, right: Value): never {
  return fail(`invalid operation: ${typeName(left)} ${operator} ${typeName(right)}`);
}

export function isDuration(value: Value): value is Integer {
  return value instanceof Integer && value.type === DURATION;
}

export function add(left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') return left + right;
  if (typeof left === 'string' && typeof right === 'string') return joined(left, right);
  const a = numberOf(left);
  const b = numberOf(right);
  if (typeof a === 'bigint' && typeof b === 'bigint') return wrap(a + b);
  if (a !== undefined && b !== undefined) return Number(a) + Number(b);
  if (isDuration(right)) {
    if (isDuration(left)) return duration(left.value + right.value);
    if (left instanceof Time) return new Time(left.nanoseconds + right.value, left.zone);
  }
  if (isDuration(left) && right instanceof Time) return new Time(right.nanoseconds + left.value, right.zone);
  return mismatch('+', left, right);
}

function joined(left: string, right: string): string {
  if (left.length + right.length > MAX_STRING_LENGTH) fail(MEMORY_EXCEEDED);
  return concatenate(left, right);
}

export function subtract(left: Value, right: Value): Value {
  const a = numberOf(left);
  const b = numberOf(right);
  if (typeof a === 'bigint' && typeof b === 'bigint') return wrap(a - b);
  if (a !== undefined && b !== undefined) return Number(a) - Number(b);
  if (left instanceof Time) {
    if (right instanceof Time) return between(left, right);
    // The negated duration wraps, as the reference's does.
    if (isDuration(right)) return new Time(left.nanoseconds + wrap(-right.value), left.zone);
  }
  if (isDuration(left) && isDuration(right)) return duration(left.value - right.value);
  return mismatch('-', left, right);
}

/** The time from `right` to `left`; what does not fit becomes the longest duration of that sign. */
export function between(left: Time, right: Time): Integer {
  const nanoseconds = left.nanoseconds - right.nanoseconds;
  const fits = BigInt.asIntN(64, nanoseconds) === nanoseconds;
  const longest = nanoseconds > 0n ? 2n ** 63n - 1n : -(2n ** 63n);
  return duration(fits ? nanoseconds : longest);
}

/** A number times a duration is a duration for ints and a plain float for floats. */
export function multiply(left: Value, right: Value): Value {
  const a = numberOf(left);
  const b = numberOf(right);
  if (typeof a === 'bigint' && typeof b === 'bigint') return wrap(a * b);
  if (a !== undefined && b !== undefined) return Number(a) * Number(b);
  const x = isDuration(left) ? left.value : a;
  const y = isDuration(right) ? right.value : b;
  if (x === undefined || y === undefined) return mismatch('*', left, right);
  return typeof x === 'bigint' && typeof y === 'bigint' ? duration(x * y) : Number(x) * Number(y);
}

/** Always a float; division by zero gives an infinity or NaN. */
export function divide(left: Value, right: Value): number {
  const a = numberOf(left);
  const b = numberOf(right);
  return a === undefined || b === undefined ? mismatch('/', left, right) : Number(a) / Number(b);
}

/** Truncates toward zero; the sign is the dividend's. Floats are refused. */
export function modulo(left: Value, right: Value): bigint {
  const a = numberOf(left);
  const b = numberOf(right);
  if (typeof a !== 'bigint' || typeof b !== 'bigint') return mismatch('%', left, right);
  return b === 0n ? fail('runtime error: integer divide by zero') : wrap(a % b);
}

export function power(left: Value, right: Value): number {
  return goPower(toFloat(left), toFloat(right));
}

/** As IEEE 754 has it: 1 to any power, and -1 to an infinite one, are 1, where JavaScript says NaN. */
export function goPower(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && !Number.isFinite(exponent) && !Number.isNaN(exponent))) return 1;
  return base ** exponent;
}

export function negate(value: Value): Value {
  if (typeof value === 'number') return -value;
  if (typeof value === 'bigint') return wrap(-value);
  const number = numberOf(value);
  if (value instanceof Integer && typeof number === 'bigint') return negateSized(value);
  return fail(`invalid operation: - ${typeName(value)}`);
}

function negateSized(value: Integer): Integer {
  switch (value.type.kind) {
    case 'uint8':
      return new Integer(value.type, BigInt.asUintN(8, -value.value));
    case 'uint64':
      return new Integer(value.type, BigInt.asUintN(64, -value.value));
    default:
      return new Integer(value.type, wrap(-value.value));
  }
}

/** An int of any number; floats are truncated. */
export function toInt(value: Value): bigint {
  const number = numberOf(value);
  if (number === undefined) return fail(`invalid operation: int(${typeName(value)})`);
  return typeof number === 'bigint' ? wrap(number) : truncateFloat(number);
}

function toFloat(value: Value): number {
  const number = numberOf(value);
  return number === undefined ? fail(`invalid operation: float(${typeName(value)})`) : Number(number);
}
