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

/** What is open: the parts still to be shown, one after the other, and the text behind the last. */
interface Open {
  readonly parts: readonly Part[];
  next: number;
  readonly close: string;
}

/** A part with the text in front of it. */
interface Part {
  readonly before: string;
  readonly value: Value;
}

/** Steps of showing one value. */
const SHOW_STEPS = 30;

/** `1e+06`, `<nil>`, `[1 2]`, `map[a:1 b:2]`, `1h30m0s`, `2023-08-14 00:00:00 +0000 UTC` */
export function formatValue(value: Value, meter: Meter = new Meter()): string {
  let shown = '';
  const open: Open[] = [{ parts: [{ before: '', value }], next: 0, close: '' }];
  for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
    const part = level.parts[level.next++];
    if (part === undefined) {
      shown += level.close;
      open.pop();
      continue;
    }
    meter.charge(SHOW_STEPS + (part.value instanceof Time ? part.value.zone.steps : 0));
    const text = formatScalar(part.value);
    shown += part.before + (text ?? '');
    if (shown.length > MAX_STRING_LENGTH) fail(MEMORY_EXCEEDED);
    if (text === undefined) open.push(openUp(part.value));
  }
  meter.chargeText(shown.length);
  return shown;
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

function openUp(value: Value): Open {
  if (value instanceof List)
    return { parts: listed(value.toArray(), '['), next: 0, close: closing(value.length, '[', ']') };
  if (value instanceof Struct) {
    const members = [...value.members.values()];
    return { parts: listed(members, '{'), next: 0, close: closing(members.length, '{', '}') };
  }
  if (!(value instanceof Dictionary)) return { parts: [], next: 0, close: '' };
  const parts = sortedEntries(value).flatMap(([key, member], index) => [
    { before: index === 0 ? 'map[' : ' ', value: key },
    { before: ':', value: member },
  ]);
  return { parts, next: 0, close: closing(parts.length, 'map[', ']') };
}

function listed(values: readonly Value[], bracket: string): readonly Part[] {
  return values.map((value, index) => ({ before: index === 0 ? bracket : ' ', value }));
}

/** The opening bracket stands in front of the first part, if there is one. */
function closing(length: number, open: string, close: string): string {
  return length === 0 ? open + close : close;
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
