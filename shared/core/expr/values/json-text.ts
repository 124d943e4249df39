/** `toJSON` and `fromJSON`. conditions.md §9. */
import type { JsonValue } from '../../json.ts';
import { fail, Failure } from '../failure.ts';
import { MAX_DATA_DEPTH, MAX_STRING_LENGTH, MEMORY_EXCEEDED } from '../limits.ts';
import type { Meter } from '../meter.ts';
import { formatTime } from '../time/format-time.ts';
import { RFC3339_NANO } from '../time/layout.ts';
import { toBase64 } from './base64.ts';
import { compareText } from './text.ts';
import { ANY_LIST } from './types.ts';
import {
  ByteList,
  Integer,
  ItemList,
  List,
  Location,
  NIL_LIST,
  StringMap,
  Struct,
  Time,
  typeName,
  Word,
  type Value,
} from './values.ts';

/** What is open: the parts still to be shown, one after the other, and the bracket behind the last. */
interface Open {
  readonly parts: readonly Part[];
  next: number;
  readonly close: string;
}

/** A part with what stands in front of it on its line: the name of a member. */
interface Part {
  readonly label: string;
  readonly value: Value;
}

/** Steps of showing one value. */
const SHOW_STEPS = 60;

/** JSON indented by two spaces, keys sorted. @throws Failure for what JSON cannot say */
export function toJson(value: Value, meter: Meter): string {
  const open: Open[] = [];
  let shown = show(value, open, meter);
  for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
    const part = level.parts[level.next++];
    if (part === undefined) {
      open.pop();
      shown += line(open.length) + level.close;
    } else {
      shown += (level.next === 1 ? '' : ',') + line(open.length) + part.label + show(part.value, open, meter);
    }
    if (shown.length > MAX_STRING_LENGTH) fail(MEMORY_EXCEEDED);
  }
  meter.chargeText(shown.length);
  return shown;
}

function line(level: number): string {
  return `\n${'  '.repeat(level)}`;
}

/** A scalar, or the opening bracket of a value whose parts then are open. */
function show(value: Value, open: Open[], meter: Meter): string {
  meter.charge(SHOW_STEPS);
  if (typeof value === 'string') meter.chargeText(value.length);
  const text = scalarJson(value, meter);
  if (text !== undefined) return text;
  const isList = value instanceof List;
  const parts = isList ? value.toArray().map((item) => ({ label: '', value: item })) : membersOf(value);
  open.push({ parts, next: 0, close: isList ? ']' : '}' });
  return isList ? '[' : '{';
}

/** Undefined for values that have parts. */
function scalarJson(value: Value, meter: Meter): string | undefined {
  if (value === null || value === NIL_LIST) return 'null';
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return floatJson(value);
  if (typeof value === 'string') return textJson(value);
  if (value instanceof Word) return textJson(value.text);
  if (value instanceof Integer) return String(value.value);
  if (value instanceof Time) {
    meter.charge(value.zone.steps);
    return timeJson(value);
  }
  if (value instanceof Location) return '{}';
  if (value instanceof ByteList) {
    meter.charge(value.length);
    return `"${toBase64(value.bytes)}"`;
  }
  if (value instanceof List && value.length === 0) return '[]';
  if (value instanceof StringMap && value.size === 0) return '{}';
  if (value instanceof List || value instanceof StringMap || value instanceof Struct) return undefined;
  return fail(`json: unsupported type: ${typeName(value)}`);
}

function timeJson(time: Time): string {
  const text = formatTime(time, RFC3339_NANO);
  if (!/^\d{4}-/.test(text)) fail('json: error calling MarshalJSON for type time.Time: year outside of range [0,9999]');
  return `"${text}"`;
}

function floatJson(value: number): string {
  if (!Number.isFinite(value)) fail(`json: unsupported value: ${value > 0 ? '+Inf' : value < 0 ? '-Inf' : 'NaN'}`);
  return Object.is(value, -0) ? '-0' : String(value);
}

/** As in ECMAScript, and nothing that HTML might read: `<`, `>`, `&` and the two odd line ends are escaped. */
function textJson(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function membersOf(value: Value): readonly Part[] {
  if (value instanceof Struct) return [...value.members].map(asPart);
  if (!(value instanceof StringMap)) return [];
  return [...value.members].toSorted(([left], [right]) => compareText(left, right)).map(asPart);
}

function asPart([name, value]: readonly [string, Value]): Part {
  return { label: `${textJson(name)}: `, value };
}

/** What reading costs at least. */
const READ_STEPS = 60;

/** @throws Failure when the text is not JSON, or holds a number that no float can be */
export function fromJson(text: string, meter: Meter): Value {
  meter.charge(READ_STEPS + text.length);
  let json: JsonValue;
  try {
    json = JSON.parse(text.toWellFormed()) as JsonValue;
  } catch (error) {
    throw new Failure(error instanceof Error ? error.message : String(error));
  }
  return importJson(json, meter);
}

/** A list or map of which the parts from `next` on are not yet there. */
interface Unfinished {
  readonly parts: readonly JsonValue[];
  next: number;
  readonly put: (index: number, value: Value) => void;
}

/** Decoded JSON as a value: every number is a float, keys are texts like any other. */
export function importJson(json: JsonValue, meter: Meter): Value {
  const open: Unfinished[] = [];
  const whole = importOne(json, open);
  for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
    if (open.length > MAX_DATA_DEPTH) fail('exceeded max depth');
    importParts(level, open);
    if (open.at(-1) === level) {
      meter.charge(level.parts.length);
      open.pop();
    }
  }
  return whole;
}

/** Until there are no more parts, or one has parts of its own: those come first. */
function importParts(level: Unfinished, open: Unfinished[]): void {
  const depth = open.length;
  while (level.next < level.parts.length && open.length === depth) {
    const part = level.parts[level.next] as JsonValue;
    level.put(level.next++, typeof part === 'object' ? importOne(part, open) : importScalar(part));
  }
}

function importScalar(json: string | number | boolean): Value {
  if (typeof json === 'string') return json.toWellFormed();
  const isFloat = typeof json === 'boolean' || Number.isFinite(json);
  return isFloat ? json : fail('json: cannot unmarshal number into Go value of type float64');
}

/** The value itself; the parts it has are left open. */
function importOne(json: JsonValue, open: Unfinished[]): Value {
  if (json === null) return null;
  if (typeof json !== 'object') return importScalar(json);
  if (isArray(json)) {
    const items: Value[] = [];
    open.push({ parts: json, next: 0, put: (_, value) => items.push(value) });
    // The list knows its length before its items are there.
    return new ItemList(items, ANY_LIST, json.length);
  }
  const members = new Map<string, Value>();
  const names = Object.keys(json);
  open.push({
    parts: Object.values(json),
    next: 0,
    put: (index, value) => members.set((names[index] as string).toWellFormed(), value),
  });
  return new StringMap(members);
}

function isArray(json: JsonValue): json is readonly JsonValue[] {
  return Array.isArray(json);
}
