/** Members, indexes, slices, membership. conditions.md §6, §7. */
import { fail } from '../failure.ts';
import type { Meter } from '../meter.ts';
import { methodOf } from '../time/methods.ts';
import { toInt } from './arithmetic.ts';
import { conversionFails } from './assertions.ts';
import { equal } from './equality.ts';
import { formatValue } from './format.ts';
import { byteAt, byteLength, encode, sliceBytes } from './text.ts';
import { ANY_LIST, UINT8 } from './types.ts';
import {
  ByteList,
  Dictionary,
  Integer,
  List,
  Location,
  NIL_LIST,
  Struct,
  Time,
  typeName,
  typeOf,
  type Value,
} from './values.ts';

/** `base.name`, `base[key]`; a missing key of a map is nil. @throws Failure for everything else that is not there */
export function fetch(base: Value, key: Value, meter: Meter): Value {
  const found = lookUp(base, key, meter);
  if (found !== undefined) return found;
  if (base instanceof List || typeof base === 'string') return outOfRange(base, key);
  if (base instanceof Dictionary) return base.type.element?.kind === 'slice' ? NIL_LIST : null;
  return fail(`cannot fetch ${formatValue(key)} from ${typeName(base)}`);
}

/** The member or item; undefined when there is none, or when the base has none at all. @throws Failure for a bad key */
export function lookUp(base: Value, key: Value, meter: Meter): Value | undefined {
  if (base instanceof Dictionary) return base.get(key);
  if (base instanceof List) {
    const index = position(base.length, key);
    return index === undefined ? undefined : base.at(index);
  }
  if (typeof base === 'string') {
    meter.chargeBytes(base);
    const index = position(byteLength(base), key);
    return index === undefined ? undefined : new Integer(UINT8, BigInt(byteAt(base, index)));
  }
  if (typeof key === 'string') return base instanceof Struct ? base.members.get(key) : methodOf(base, key);
  if (base instanceof Time || base instanceof Struct) conversionFails(key, 'string');
  return undefined;
}

/** Where an index points: from the end when negative; undefined outside. Floats are truncated. */
function position(length: number, key: Value): number | undefined {
  const index = absolute(length, key);
  return index < 0n || index >= BigInt(length) ? undefined : Number(index);
}

function absolute(length: number, key: Value): bigint {
  const index = toInt(key);
  return index < 0n ? index + BigInt(length) : index;
}

function outOfRange(base: List | string, key: Value): never {
  const length = lengthOf(base);
  return fail(`index out of range: ${absolute(length, key)} (array length is ${length})`);
}

/** Like fetch, with nil instead of an error for what is not there. conditions.md §9 `first`, `last`. */
export function fetchOrNil(base: Value, index: number, meter: Meter): Value {
  const key = BigInt(index);
  if (base instanceof Dictionary) return base.type.key?.kind === 'interface' ? fetch(base, key, meter) : null;
  return base instanceof List || typeof base === 'string' ? (lookUp(base, key, meter) ?? null) : null;
}

/** Bytes of a string, items of an array, members of a map. */
export function lengthOf(value: Value): number {
  if (typeof value === 'string') return byteLength(value);
  if (value instanceof List) return value.length;
  if (value instanceof Dictionary) return value.size;
  return fail(`invalid argument for len (type ${typeName(value)})`);
}

/** `base[from:to]`; bounds count from the end when negative, and everything is clamped. */
export function slice(base: Value, from: Value, to: Value): Value {
  if (!(base instanceof List) && typeof base !== 'string') return fail(`cannot slice ${formatValue(from)}`);
  const length = lengthOf(base);
  const start = clamp(length, from);
  const end = clamp(length, to);
  const first = Math.min(start, end);
  if (typeof base === 'string') return sliceBytes(base, first, end);
  return base === NIL_LIST ? base : base.slice(first, end);
}

function clamp(length: number, bound: Value): number {
  const at = absolute(length, bound);
  if (at < 0n) return 0;
  return at > BigInt(length) ? length : Number(at);
}

/** `needle in container` */
export function contains(container: Value, needle: Value, meter: Meter): boolean {
  if (container === null) return false;
  if (container instanceof List) return includes(container, needle, meter);
  if (container instanceof Dictionary) return container.get(needle) !== undefined;
  if (container instanceof Struct || container instanceof Time || container instanceof Location) {
    if (typeof needle !== 'string') fail(`cannot use ${typeName(needle)} as field name of ${typeName(container)}`);
    return container instanceof Struct && container.members.has(needle);
  }
  return fail(`operator "in" not defined on ${typeName(container)}`);
}

function includes(list: List, needle: Value, meter: Meter): boolean {
  for (let index = 0; index < list.length; index++) {
    meter.charge(2);
    if (equal(list.at(index), needle, meter)) return true;
  }
  return false;
}

/** A map where an array is wanted: it has a length, and fails once an element is asked for. */
class ItemlessList extends List {
  constructor(length: number) {
    super(ANY_LIST, length);
  }
  override at(): never {
    return fail('reflect: call of reflect.Value.Index on map Value');
  }
  override slice(): never {
    return this.at();
  }
}

/** The array that a predicate builtin walks: strings are walked byte by byte. @throws Failure for what cannot be walked */
export function walkable(value: Value): List {
  if (value instanceof List) return value;
  if (typeof value === 'string') return new ByteList(encode(value));
  if (value instanceof Dictionary) return new ItemlessList(value.size);
  return fail(`reflect: call of reflect.Value.Len on ${typeOf(value)?.kind ?? 'zero'} Value`);
}
