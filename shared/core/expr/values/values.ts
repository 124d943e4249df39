/**
 * Values while a condition runs. nil, booleans, floats and strings are JavaScript's own; an int is a bigint; everything
 * else is a class of this file. Values are never changed once they are made.
 */
import { fail } from '../failure.ts';
import type { Zone } from '../time/zones.ts';
import {
  ANY_LIST,
  BOOL,
  BYTES,
  DURATION,
  FLOAT,
  INT,
  INT_LIST,
  LOCATION,
  PAIR,
  STRING,
  STRING_MAP,
  TIME,
  UINT8,
  type Type,
} from './types.ts';

export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Integer
  | List
  | Dictionary
  | Time
  | Location
  | Func
  | Struct
  | Word;

/** An integer that is not a plain int: int64, uint8, durations (nanoseconds), months, weekdays. */
export class Integer {
  readonly type: Type;
  readonly value: bigint;
  constructor(type: Type, value: bigint) {
    this.type = type;
    this.value = value;
  }
}

export function duration(nanoseconds: bigint): Integer {
  return new Integer(DURATION, BigInt.asIntN(64, nanoseconds));
}

/** An array of any element type. */
export abstract class List {
  readonly type: Type;
  readonly length: number;
  constructor(type: Type, length: number) {
    this.type = type;
    this.length = length;
  }
  /** The item at an index that is within the list. */
  abstract at(index: number): Value;
  /** The items from `from` up to `to`, 0 ≤ from ≤ to ≤ length. */
  abstract slice(from: number, to: number): List;

  toArray(): Value[] {
    const items: Value[] = [];
    for (let index = 0; index < this.length; index++) items.push(this.at(index));
    return items;
  }
}

export class ItemList extends List {
  readonly items: readonly Value[];
  /** @param length when the items are put into their array later */
  constructor(items: readonly Value[], type: Type = ANY_LIST, length: number = items.length) {
    super(type, length);
    this.items = items;
  }
  override at(index: number): Value {
    return this.items[index] as Value;
  }
  override slice(from: number, to: number): List {
    return new ItemList(this.items.slice(from, to), this.type);
  }
}

/** `a..b`, whose items are made when they are asked for. */
export class RangeList extends List {
  readonly #first: bigint;
  constructor(first: bigint, length: number) {
    super(INT_LIST, length);
    this.#first = first;
  }
  override at(index: number): Value {
    return this.#first + BigInt(index);
  }
  override slice(from: number, to: number): List {
    return new RangeList(this.#first + BigInt(from), to - from);
  }
}

/** A bytes value, and a string where it is walked like an array. */
export class ByteList extends List {
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    super(BYTES, bytes.length);
    this.bytes = bytes;
  }
  override at(index: number): Value {
    return new Integer(UINT8, BigInt(this.bytes[index] ?? 0));
  }
  override slice(from: number, to: number): List {
    return new ByteList(this.bytes.subarray(from, to));
  }
}

/** An array that was never made: empty, and equal to nil. A missing group is one. */
export const NIL_LIST: List = new ItemList([]);

/** A map. Keys are remembered by what tells them apart, so that no name is special. */
export abstract class Dictionary {
  abstract readonly type: Type;
  abstract readonly size: number;
  /** Undefined when the key is missing. @throws Failure when it cannot be a key */
  abstract get(key: Value): Value | undefined;
  abstract entries(): Iterable<readonly [key: Value, value: Value]>;
}

export class StringMap extends Dictionary {
  readonly type = STRING_MAP;
  readonly members: ReadonlyMap<string, Value>;
  constructor(members: ReadonlyMap<string, Value>) {
    super();
    this.members = members;
  }
  override get size(): number {
    return this.members.size;
  }
  override get(key: Value): Value | undefined {
    if (typeof key === 'string') return this.members.get(key);
    return key === null ? this.members.get('') : notAssignable(key, STRING);
  }
  override entries(): Iterable<readonly [string, Value]> {
    return this.members.entries();
  }
}

/** A map whose keys are of any hashable type: `1` and `1.0` are two keys, each NaN is one of its own. */
export class AnyMap extends Dictionary {
  readonly type: Type;
  readonly #members = new Map<Identity, readonly [key: Value, value: Value]>();
  constructor(type: Type, entries: Iterable<readonly [Value, Value]>) {
    super();
    this.type = type;
    for (const entry of entries) this.#members.set(identityOf(entry[0]), entry);
  }
  override get size(): number {
    return this.#members.size;
  }
  override get(key: Value): Value | undefined {
    return this.#members.get(identityOf(key))?.[1];
  }
  override entries(): Iterable<readonly [Value, Value]> {
    return this.#members.values();
  }
}

/** The set that rewriting makes of a literal array behind `in`: all keys are ints, or all are strings. */
export class LiteralSet extends Dictionary {
  readonly type: Type;
  readonly #members: ReadonlySet<Value>;
  readonly #zero: Value;
  constructor(type: Type, members: Iterable<Value>) {
    super();
    this.type = type;
    this.#members = new Set(members);
    this.#zero = type.key === STRING ? '' : 0n;
  }
  override get size(): number {
    return this.#members.size;
  }
  override get(key: Value): Value | undefined {
    const wanted = key === null ? this.#zero : key;
    if (typeof wanted !== typeof this.#zero) return notAssignable(key, this.type.key ?? STRING);
    return this.#members.has(wanted) ? true : undefined;
  }
  override *entries(): Iterable<readonly [Value, Value]> {
    for (const member of this.#members) yield [member, true];
  }
}

/** An instant, in nanoseconds since 1970, and where its clock hangs. */
export class Time {
  readonly nanoseconds: bigint;
  readonly zone: Zone;
  constructor(nanoseconds: bigint, zone: Zone) {
    this.nanoseconds = nanoseconds;
    this.zone = zone;
  }
}

export class Location {
  readonly zone: Zone;
  constructor(zone: Zone) {
    this.zone = zone;
  }
}

/** A helper, or a method with its receiver. */
export class Func {
  readonly type: Type;
  readonly run: (given: readonly Value[]) => Value;
  /** What a call costs, beyond its place in the text. */
  readonly steps: number;
  constructor(type: Type, run: (given: readonly Value[]) => Value, steps = 0) {
    this.type = type;
    this.run = run;
    this.steps = steps;
  }
}

/** A record with fixed members. */
export class Struct {
  readonly type: Type;
  readonly members: ReadonlyMap<string, Value>;
  constructor(type: Type, members: ReadonlyMap<string, Value>) {
    this.type = type;
    this.members = members;
  }
}

/** A text of a type of its own: it equals no plain string. */
export class Word {
  readonly type: Type;
  readonly text: string;
  constructor(type: Type, text: string) {
    this.type = type;
    this.text = text;
  }
}

/** Undefined for nil, which has none. */
export function typeOf(value: Value): Type | undefined {
  if (value === null) return undefined;
  if (typeof value === 'object') {
    if (value instanceof Time) return TIME;
    return value instanceof Location ? LOCATION : value.type;
  }
  if (typeof value === 'number') return FLOAT;
  if (typeof value === 'bigint') return INT;
  return typeof value === 'string' ? STRING : BOOL;
}

/** As messages name the type of a value: `<nil>`, `float64`, `[]interface {}`. */
export function typeName(value: Value): string {
  return typeOf(value)?.name ?? '<nil>';
}

/** nil itself, or an array that was never made. */
export function isNil(value: Value): boolean {
  return value === null || value === NIL_LIST;
}

/** What tells keys of maps apart: scalars are themselves, other keys a text that no string of the language can be. */
export type Identity = null | boolean | number | bigint | string | symbol;

/** No string holds half a pair of UTF-16 units, but for the lower ones that stand for stray bytes. */
const NO_STRING = '\ud800';

/** @throws Failure for what cannot be a key */
export function identityOf(key: Value): Identity {
  if (typeof key === 'number') return Number.isNaN(key) ? Symbol('NaN') : key;
  if (typeof key !== 'object' || key === null) return key;
  if (key instanceof Integer) return `${NO_STRING}${key.type.name}:${key.value}`;
  if (key instanceof Time) return `${NO_STRING}time:${key.nanoseconds}:${key.zone.name}`;
  if (key instanceof Location) return `${NO_STRING}location:${key.zone.name}`;
  if (key instanceof Word) return `${NO_STRING}${key.type.name}:${key.text}`;
  if (key instanceof List && key.type === PAIR) return `${NO_STRING}pair:${key.toArray().map(partOfIdentity).join('')}`;
  return fail(`hash of unhashable type: ${typeName(key)}`);
}

function partOfIdentity(part: Value): string {
  const text = String(identityOf(part));
  return `${typeName(part)} ${text.length} ${text}`;
}

function notAssignable(key: Value, type: Type): never {
  return fail(`reflect.Value.MapIndex: value of type ${typeName(key)} is not assignable to type ${type.name}`);
}
