/** Bit functions on ints. conditions.md §9. */
import { fail } from '../failure.ts';
import { numberOf } from '../values/equality.ts';
import { wrap } from '../values/integers.ts';
import { INT } from '../values/types.ts';
import { typeName, type Value } from '../values/values.ts';
import { withSignatures, type Builtin } from './builtin.ts';

const BITS_OF_INT = 64n;

export const BITS: ReadonlyMap<string, Builtin> = new Map([
  ['bitand', binary('bitand', (left, right) => left & right)],
  ['bitor', binary('bitor', (left, right) => left | right)],
  ['bitxor', binary('bitxor', (left, right) => left ^ right)],
  ['bitnand', binary('bitnand', (left, right) => left & ~right)],
  ['bitshl', binary('bitshl', (value, count) => (shift(count) < BITS_OF_INT ? value << count : 0n))],
  ['bitshr', binary('bitshr', (value, count) => value >> (shift(count) < BITS_OF_INT ? count : BITS_OF_INT))],
  ['bitushr', binary('bitushr', unsignedShift)],
  ['bitnot', withSignatures([[[INT], INT]], ([value = null]) => wrap(~asInteger('bitnot', value)))],
]);

function binary(name: string, run: (left: bigint, right: bigint) => bigint): Builtin {
  return withSignatures([[[INT, INT], INT]], ([left = null, right = null]) =>
    wrap(run(asInteger(name, left), asInteger(name, right))),
  );
}

function unsignedShift(value: bigint, count: bigint): bigint {
  return shift(count) < BITS_OF_INT ? BigInt.asUintN(64, value) >> count : 0n;
}

function shift(count: bigint): bigint {
  return count < 0n ? fail(`invalid operation: negative shift count ${count} (type int)`) : count;
}

function asInteger(name: string, value: Value): bigint {
  const number = numberOf(value);
  if (typeof number === 'bigint') return wrap(number);
  return fail(`cannot use ${typeName(value)} as argument (type int) to call ${name}`);
}
