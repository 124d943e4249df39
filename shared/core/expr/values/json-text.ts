/** `toJSON` and `fromJSON`. conditions.md §9. */
import type { JsonValue } from '../../json.ts';
import { fail, Failure } from '../failure.ts';
import { MAX_DATA_DEPTH, MAX_STRING_LENGTH, MEMORY_EXCEEDED } from '../limits.ts';
import type { Meter } from '../meter.ts';
import { formatTime } from '../time/format-time.ts';
import { RFC3339_NANO } from '../time/layout.ts';
import { toBase64 } from './base64.ts';
import { compareText } from './text.ts';
import {
  ByteList,
  Dictionary,
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

type Part = { readonly value: Value; readonly level: number } | { readonly text: string };

/** JSON indented by two spaces, keys sorted. @throws Failure for what JSON cannot say */
export function toJson(value: Value, meter: Meter): string {
  const shown: string[] = [];
  let length = 0;
  const open: Part[] = [{ value, level: 0 }];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    meter.charge(1);
    const text = 'text' in part ? part.text : scalarJson(part.value);
    if (text === undefined && 'value' in part) openUp(part.value, part.level, open);
    length += text?.length ?? 0;
    if (length > MAX_STRING_LENGTH) fail(MEMORY_EXCEEDED);
    shown.push(text ?? '');
  }
  return shown.join('');
}

/** Undefined for values that have parts. */
function scalarJson(value: Value): string | undefined {
  if (value === null || value === NIL_LIST) return 'null';
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return floatJson(value);
  if (typeof value === 'string') return textJson(value);
  if (value instanceof Word) return textJson(value.text);
  if (value instanceof Integer) return String(value.value);
  if (value instanceof Time) return `"${formatTime(value, RFC3339_NANO)}"`;
  if (value instanceof Location) return '{}';
  if (value instanceof ByteList) return `"${toBase64(value.bytes)}"`;
  if (value instanceof List && value.length === 0) return '[]';
  if (value instanceof StringMap && value.size === 0) return '{}';
  if (value instanceof List || value instanceof StringMap || value instanceof Struct) return undefined;
  return fail(`json: unsupported type: ${typeName(value)}`);
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

function openUp(value: Value, level: number, open: Part[]): void {
  const parts: Part[] = [];
  const line = `\n${'  '.repeat(level + 1)}`;
  if (value instanceof List) {
    parts.push({ text: '[' });
    for (const [index, item] of value.toArray().entries()) {
      parts.push({ text: index === 0 ? line : `,${line}` }, { value: item, level: level + 1 });
    }
    parts.push({ text: `\n${'  '.repeat(level)}]` });
  } else {
    parts.push({ text: '{' });
    for (const [index, [name, item]] of membersOf(value).entries()) {
      parts.push({ text: `${index === 0 ? '' : ','}${line}${textJson(name)}: ` }, { value: item, level: level + 1 });
    }
    parts.push({ text: `\n${'  '.repeat(level)}}` });
  }
  for (const part of parts.toReversed()) open.push(part);
}

function membersOf(value: Value): readonly (readonly [string, Value])[] {
  if (value instanceof Struct) return [...value.members];
  if (!(value instanceof StringMap)) return [];
  return [...value.members].toSorted(([left], [right]) => compareText(left, right));
}

/** @throws Failure when the text is not JSON, or holds a number that no float can be */
export function fromJson(text: string, meter: Meter): Value {
  meter.chargeText(text.length);
  let json: JsonValue;
  try {
    json = JSON.parse(text.toWellFormed()) as JsonValue;
  } catch (error) {
    throw new Failure(error instanceof Error ? error.message : String(error));
  }
  return importJson(json, meter);
}

interface Unfinished {
  readonly json: JsonValue;
  readonly depth: number;
  readonly put: (value: Value) => void;
}

/** Decoded JSON as a value: every number is a float, keys are texts like any other. */
export function importJson(json: JsonValue, meter: Meter): Value {
  if (typeof json !== 'object' || json === null) return importOne(json, 0, []);
  let whole: Value = null;
  const open: Unfinished[] = [{ json, depth: 0, put: (value) => (whole = value) }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    meter.charge(1);
    if (next.depth > MAX_DATA_DEPTH) fail('exceeded max depth');
    next.put(importOne(next.json, next.depth + 1, open));
  }
  return whole;
}

/** The value itself; its parts are left open and put into it later. */
function importOne(json: JsonValue, depth: number, open: Unfinished[]): Value {
  if (typeof json === 'string') return json.toWellFormed();
  if (typeof json === 'number') return Number.isFinite(json) ? json : fail(`json: cannot unmarshal number into Go value of type float64`);
  if (json === null || typeof json === 'boolean') return json;
  if (isArray(json)) {
    const items = Array.from<Value>({ length: json.length }).fill(null);
    for (const [index, item] of json.entries()) open.push({ json: item, depth, put: (value) => (items[index] = value) });
    return new ItemList(items);
  }
  const members = new Map<string, Value>();
  for (const [name, member] of Object.entries(json)) {
    const key = name.toWellFormed();
    members.set(key, null);
    open.push({ json: member, depth, put: (value) => members.set(key, value) });
  }
  return new StringMap(members);
}

function isArray(json: JsonValue): json is readonly JsonValue[] {
  return Array.isArray(json);
}
