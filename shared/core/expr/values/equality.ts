/** `==`, and the stricter equality inside maps. conditions.md §6. */
import type { Meter } from '../meter.ts';
import {
  AnyMap,
  Dictionary,
  Integer,
  isNil,
  List,
  Location,
  NIL_LIST,
  StringMap,
  Struct,
  Time,
  typeOf,
  type Value,
} from './values.ts';
import { ANY, ANY_LIST, isInteger, isNumber, STRING } from './types.ts';

interface Pair {
  readonly left: Value;
  readonly right: Value;
  /** Inside a map, where an int never equals a float. */
  readonly strict: boolean;
}

/** What comparing values with parts costs at least. */
const EQUAL_STEPS = 10;
/** Steps of finding one member of a map in another. */
const MEMBER_STEPS = 3;

/** Numbers by value, arrays item by item, maps strictly; values of different kinds are unequal. */
export function equal(left: Value, right: Value, meter: Meter): boolean {
  if (typeof left === 'number' && typeof right === 'number') return left === right;
  if (typeof left === 'string' && typeof right === 'string') return equalTexts(left, right, meter);
  if (typeof left === 'bigint' && typeof right === 'bigint') return left === right;
  if (typeof left === 'number' && typeof right === 'bigint') return left === Number(right);
  if (typeof left === 'bigint' && typeof right === 'number') return Number(left) === right;
  if (left instanceof Dictionary && left === right) return true;
  meter.charge(EQUAL_STEPS);
  const open: Pair[] = [{ left, right, strict: false }];
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    meter.charge(1);
    if (!equalHere(pair, open, meter)) return false;
  }
  return true;
}

/** Texts of one length are compared to the end. */
export function equalTexts(left: string, right: string, meter: Meter): boolean {
  if (left.length !== right.length) return false;
  meter.charge(left.length >> 6);
  return left === right;
}

/** Are the two equal as far as they go themselves? Their parts are left open. */
function equalHere(pair: Pair, open: Pair[], meter: Meter): boolean {
  const { left, right } = pair;
  if (typeof left === 'string' && typeof right === 'string') return equalTexts(left, right, meter);
  if (left instanceof List && right instanceof List) {
    if (left.length === right.length) meter.charge(left.length);
    return equalLists(left, right, pair.strict, open);
  }
  if (left instanceof Dictionary && right instanceof Dictionary) {
    if (left.size === right.size) meter.charge(MEMBER_STEPS * left.size);
    return equalMaps(left, right, open);
  }
  if (left instanceof Struct && right instanceof Struct) return equalStructs(left, right, open);
  if (isNil(left) && isNil(right)) return !pair.strict || left === right;
  return pair.strict ? equalStrictly(left, right) : equalScalars(left, right);
}

/** Both of one element type, or one of them of any: an array of ints never equals an array of floats. */
function equalLists(left: List, right: List, strict: boolean, open: Pair[]): boolean {
  const isLoose = !strict && isPlain(left) && isPlain(right);
  const isMixed = left.type !== right.type && (left.type === ANY_LIST || right.type === ANY_LIST);
  if (left.type !== right.type && !(isLoose && isMixed)) return false;
  if (left.length !== right.length) return false;
  if (!isLoose && left === right) return true;
  if (strict && (left === NIL_LIST) !== (right === NIL_LIST)) return false;
  for (let index = 0; index < left.length; index++) {
    const [a, b] = [left.at(index), right.at(index)];
    if (typeof a === 'object' || typeof b === 'object' || typeof a === 'string') {
      open.push({ left: a, right: b, strict: !isLoose });
    } else if (!(isLoose ? equalScalars(a, b) : equalStrictly(a, b))) return false;
  }
  return true;
}

/** An array of numbers, strings or anything; pairs, times and records are compared strictly. */
function isPlain({ type }: List): boolean {
  const element = type.element;
  return type.kind === 'slice' && (element === ANY || element === STRING || isNumber(element));
}

function equalMaps(left: Dictionary, right: Dictionary, open: Pair[]): boolean {
  if (left === right) return true;
  if (left.type !== right.type || left.size !== right.size) return false;
  for (const [key, value] of left.entries()) {
    const other = right.get(key);
    if (other === undefined) return false;
    open.push({ left: value, right: other, strict: true });
  }
  return left instanceof StringMap || left instanceof AnyMap;
}

function equalStructs(left: Struct, right: Struct, open: Pair[]): boolean {
  if (left.type !== right.type) return false;
  for (const [name, value] of left.members) {
    open.push({ left: value, right: right.members.get(name) ?? null, strict: true });
  }
  return true;
}

function equalScalars(left: Value, right: Value): boolean {
  const a = numberOf(left);
  const b = numberOf(right);
  if (a !== undefined && b !== undefined) {
    return typeof a === typeof b ? a === b : Number(a) === Number(b);
  }
  if (left instanceof Time && right instanceof Time) return left.nanoseconds === right.nanoseconds;
  return equalStrictly(left, right);
}

function equalStrictly(left: Value, right: Value): boolean {
  if (left instanceof Integer && right instanceof Integer)
    return left.type === right.type && left.value === right.value;
  if (left instanceof Time && right instanceof Time) {
    return left.nanoseconds === right.nanoseconds && left.zone === right.zone;
  }
  if (left instanceof Location && right instanceof Location) return left.zone.name === right.zone.name;
  return typeOf(left)?.kind !== 'func' && left === right;
}

/** The value of a number, bigint for every integer; undefined for other values. */
export function numberOf(value: Value): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  return value instanceof Integer && isInteger(value.type) ? value.value : undefined;
}
