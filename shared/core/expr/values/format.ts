/** Values as text, as `string()` shows them. conditions.md §9. */
import { formatDuration } from '../time/duration.ts';
import { timeString } from '../time/format-time.ts';
import { monthName, weekdayName } from '../time/methods.ts';
import { fail } from '../failure.ts';
import { MAX_STRING_LENGTH, MEMORY_EXCEEDED } from '../limits.ts';
import { Meter } from '../meter.ts';
import { numberOf } from './equality.ts';
import { formatFloat } from './numbers.ts';
import { compareText } from './text.ts';
import { DURATION, MONTH, WEEKDAY } from './types.ts';
import { Dictionary, Func, Integer, List, Location, Struct, Time, typeName, Word, type Value } from './values.ts';

/** A value that waits to be shown, or text between values. */
type Part = { readonly value: Value } | { readonly text: string };

/** `1e+06`, `<nil>`, `[1 2]`, `map[a:1 b:2]`, `1h30m0s`, `2023-08-14 00:00:00 +0000 UTC` */
export function formatValue(value: Value, meter: Meter = new Meter()): string {
  const shown: string[] = [];
  let length = 0;
  const open: Part[] = [{ value }];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    const text = 'text' in part ? part.text : formatScalar(part.value);
    if (text === undefined && 'value' in part) openUp(part.value, open);
    length += text?.length ?? 0;
    meter.charge(1);
    if (length > MAX_STRING_LENGTH) fail(MEMORY_EXCEEDED);
    shown.push(text ?? '');
  }
  return shown.join('');
}

/** Undefined for values that have parts. */
function formatScalar(value: Value): string | undefined {
  if (value === null) return '<nil>';
  if (typeof value === 'number') return formatFloat(value);
  if (typeof value !== 'object') return String(value);
  if (value instanceof Integer) return formatInteger(value);
  if (value instanceof Word) return value.text;
  if (value instanceof Time) return timeString(value);
  if (value instanceof Location) return value.zone.name;
  return value instanceof Func ? typeName(value) : undefined;
}

function formatInteger({ type, value }: Integer): string {
  if (type === DURATION) return formatDuration(value);
  if (type === MONTH) return monthName(value);
  return type === WEEKDAY ? weekdayName(value) : String(value);
}

/** The parts go on the stack in reverse, so that the first is shown next. */
function openUp(value: Value, open: Part[]): void {
  const parts: Part[] = [];
  if (value instanceof List) {
    parts.push({ text: '[' });
    for (const [index, item] of value.toArray().entries()) parts.push({ text: index === 0 ? '' : ' ' }, { value: item });
    parts.push({ text: ']' });
  } else if (value instanceof Dictionary) {
    parts.push({ text: 'map[' });
    for (const [index, [key, item]] of sortedEntries(value).entries()) {
      parts.push({ text: index === 0 ? '' : ' ' }, { value: key }, { text: ':' }, { value: item });
    }
    parts.push({ text: ']' });
  } else if (value instanceof Struct) {
    parts.push({ text: '{' });
    for (const [index, item] of [...value.members.values()].entries()) {
      parts.push({ text: index === 0 ? '' : ' ' }, { value: item });
    }
    parts.push({ text: '}' });
  }
  for (const part of parts.toReversed()) open.push(part);
}

/** By key: nil, then booleans, numbers, texts. */
export function sortedEntries(map: Dictionary): readonly (readonly [Value, Value])[] {
  return [...map.entries()].toSorted(([left], [right]) => compareKeys(left, right));
}

function compareKeys(left: Value, right: Value): number {
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right);
  const byRank = rank(left) - rank(right);
  if (byRank !== 0) return byRank;
  return Number(numberOf(left) ?? left) - Number(numberOf(right) ?? right) || 0;
}

function rank(key: Value): number {
  if (key === null) return 0;
  if (typeof key === 'boolean') return 1;
  if (typeof key === 'number' || typeof key === 'bigint' || key instanceof Integer) return 2;
  return typeof key === 'string' ? 3 : 4;
}
