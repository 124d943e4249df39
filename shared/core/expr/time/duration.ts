/** Duration texts, exact to the nanosecond. conditions.md §11. */
import { fail } from '../failure.ts';
import { MAX_INT, MIN_INT } from '../values/integers.ts';
import { encode } from '../values/text.ts';
import { HOUR, MINUTE, SECOND } from './civil.ts';

const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ms', 1_000_000n],
  ['s', SECOND],
  ['m', MINUTE],
  ['h', HOUR],
]);
const PART = /(?:(\d+)(?:\.(\d*))?|\.(\d+))([^.\d]*)/y;
/** A part with more digits than this does not fit, or is finer than a nanosecond. */
const LONGEST = 20;

/** `1h30m` in nanoseconds. @throws Failure with the text of Go's parser */
export function parseDuration(text: string): bigint {
  const sign = text.startsWith('-') ? -1n : 1n;
  const rest = text.replace(/^[-+]/, '');
  if (rest === '0') return 0n;
  if (rest === '') return invalid(text);
  let total = 0n;
  for (PART.lastIndex = 0; PART.lastIndex < rest.length;) {
    const part = PART.exec(rest);
    if (part === null) return invalid(text);
    total += nanosecondsOfPart(part, text);
    if (total > -MIN_INT) return invalid(text);
  }
  return sign * total > MAX_INT ? invalid(text) : sign * total;
}

function nanosecondsOfPart(part: RegExpExecArray, text: string): bigint {
  const [, whole = '', fraction = '', bareFraction = '', name = ''] = part;
  if (name === '') fail(`time: missing unit in duration ${quoteBytes(text)}`);
  const unit = UNITS.get(name);
  if (unit === undefined) return fail(`time: unknown unit ${quoteBytes(name)} in duration ${quoteBytes(text)}`);
  const digits = whole.replace(/^0+/, '');
  if (digits.length > LONGEST) return invalid(text);
  const decimals = (fraction + bareFraction).slice(0, LONGEST);
  const scale = 10n ** BigInt(decimals.length);
  return BigInt(`0${digits}`) * unit + (BigInt(`0${decimals}`) * unit) / scale;
}

/** What is not plain ASCII is shown byte by byte. */
function quoteBytes(text: string): string {
  const shown = Array.from(encode(text), (byte) => {
    if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
    return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  });
  return `"${shown.join('')}"`;
}

function invalid(text: string): never {
  return fail(`time: invalid duration ${quoteBytes(text)}`);
}

/** `1h30m0s`, `1.5s`, `2µs`, `0s` */
export function formatDuration(nanoseconds: bigint): string {
  const sign = nanoseconds < 0n ? '-' : '';
  const length = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (length === 0n) return '0s';
  if (length < 1_000n) return `${sign}${length}ns`;
  if (length < 1_000_000n) return `${sign}${decimal(length, 1_000n)}µs`;
  if (length < SECOND) return `${sign}${decimal(length, 1_000_000n)}ms`;
  const hours = length / HOUR;
  const minutes = (length / MINUTE) % 60n;
  const seconds = `${decimal(length % MINUTE, SECOND)}s`;
  if (hours > 0n) return `${sign}${hours}h${minutes}m${seconds}`;
  return minutes > 0n ? `${sign}${minutes}m${seconds}` : `${sign}${seconds}`;
}

/** `1500` in thousands is `1.5`. */
function decimal(value: bigint, unit: bigint): string {
  const digits = String(unit).length - 1;
  const fraction = String(value % unit)
    .padStart(digits, '0')
    .replace(/0+$/, '');
  return fraction === '' ? `${value / unit}` : `${value / unit}.${fraction}`;
}

/** The multiple of `unit` nearest to zero or, `rounded`, the nearest one, halves away from zero. */
export function multipleOf(value: bigint, unit: bigint, rounded: boolean): bigint {
  if (unit <= 0n) return value;
  const rest = value % unit;
  const size = rest < 0n ? -rest : rest;
  const toward = value - rest;
  if (!rounded || size * 2n < unit) return toward;
  const away = value < 0n ? toward - unit : toward + unit;
  if (away > MAX_INT) return MAX_INT;
  return away < MIN_INT ? MIN_INT : away;
}
