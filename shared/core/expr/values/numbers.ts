/** Numbers in texts, both ways. conditions.md §9, §12. */
import { fail } from '../failure.ts';
import { MAX_INT, MIN_INT } from './integers.ts';
import { quote } from './quote.ts';

export type Reading<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

const SYNTAX = 'invalid syntax';
const RANGE = 'value out of range';
/** Digits of the largest int. */
const LONGEST_INTEGER = 19;
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const HEXADECIMAL = /^([+-]?)0[xX]([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?[pP]([+-]?\d+)$/;
/** Underscores stand between digits, or between the prefix and a digit. */
const MISPLACED_UNDERSCORE = /_(?!\d)|(?<!\d)_/;
const MISPLACED_HEXADECIMAL_UNDERSCORE = /_(?![0-9a-fA-F])|(?<![0-9a-fA-FxX])_/;

/** A base-10 integer of 64 bits with an optional sign. */
export function readInteger(text: string): Reading<bigint> {
  if (!/^[+-]?\d+$/.test(text)) return { ok: false, why: SYNTAX };
  const digits = text.replace(/^[+-]?0*/, '');
  const value = digits.length > LONGEST_INTEGER ? undefined : signed(text, BigInt(digits));
  if (value === undefined || value < MIN_INT || value > MAX_INT) return { ok: false, why: RANGE };
  return { ok: true, value };
}

function signed(text: string, magnitude: bigint): bigint {
  return text.startsWith('-') ? -magnitude : magnitude;
}

/** A float: decimal or hexadecimal, `inf`, `infinity` and `nan` in any case. */
export function readFloat(text: string): Reading<number> {
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (infinite !== null) return { ok: true, value: infinite[1] === '-' ? -Infinity : Infinity };
  if (/^nan$/i.test(text)) return { ok: true, value: Number.NaN };
  const misplaced = /^[+-]?0x/i.test(text) ? MISPLACED_HEXADECIMAL_UNDERSCORE : MISPLACED_UNDERSCORE;
  if (misplaced.test(text)) return { ok: false, why: SYNTAX };
  const digits = text.replaceAll('_', '');
  const value = DECIMAL.test(digits) ? Number(digits) : readHexadecimal(digits);
  if (value === undefined) return { ok: false, why: SYNTAX };
  return Number.isFinite(value) ? { ok: true, value } : { ok: false, why: RANGE };
}

function readHexadecimal(text: string): number | undefined {
  const match = HEXADECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent] = match;
  if (whole + fraction === '') return undefined;
  const mantissa = Number(BigInt(`0x${whole}${fraction}`));
  const value = mantissa === 0 ? 0 : mantissa * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === '-' ? -value : value;
}

/** The text of Go's parser for a reading that failed: `strconv.ParseInt: parsing "5.9": invalid syntax`. */
export function failReading(kind: 'Int' | 'Float', text: string, why: string): never {
  return fail(`strconv.Parse${kind}: parsing ${quote(text)}: ${why}`);
}

/** As `string()` shows a float, in the shortest form: `1`, `1e+06`, `1.23456789e+08`, `1e-05`, `NaN`, `+Inf`. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (value === 0 || (power >= -4 && power <= 5)) return String(value);
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
