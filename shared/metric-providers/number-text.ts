/** How numbers and JSON are written in a measurement's `value`. analysis §18, formats F and J. */
import { Meter } from '#core/expr/meter.ts';
import { formatValue } from '#core/expr/values/format.ts';
import { importJson } from '#core/expr/values/json-text.ts';
import type { JsonValue } from '#core/json.ts';

/** F: the shortest decimal without exponent; `NaN`, `+Inf`, `-Inf`. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  return withoutExponent(String(value));
}

/** The number of a text as Go reads a float; a number beyond the range is none, never infinity. */
export function parseFloatText(text: string): number | undefined {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) {
    return Number.isFinite(Number(text)) ? Number(text) : undefined;
  }
  if (/^nan$/i.test(text)) return Number.NaN;
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return undefined;
}

/** A fixed number of decimals, however large the number; a value in the middle of two goes to the even one. */
export function formatFixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return formatFloat(value);
  const magnitude = Math.abs(value);
  if (magnitude >= 1e21) return `${formatFloat(value)}.${'0'.repeat(decimals)}`;
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const oneMore = magnitude.toFixed(decimals + 1);
  // Only these have all their digits in `oneMore`: toFixed would take their last 5 up, to the odd neighbour.
  const isTie = Number.isInteger(magnitude * 2 ** (decimals + 1)) && /[02468]5$/.test(oneMore);
  return sign + (isTie ? oneMore.slice(0, -1) : magnitude.toFixed(decimals));
}

/** As Go prints a value inside a list: `1.5`, `1e-05`, `1.234567e+06`, `<nil>`, `map[a:1]`. */
export function formatPlain(value: JsonValue): string {
  // NaN and infinities are no JSON.
  return formatValue(typeof value === 'number' ? value : importJson(value, new Meter()));
}

/** `[F,F,…]` */
export function formatFloats(values: readonly number[]): string {
  return `[${values.map(formatFloat).join(',')}]`;
}

/** J: JSON with sorted keys, as Go's encoder writes it. */
export function formatJson(json: JsonValue): string {
  if (typeof json === 'string') return quoted(json);
  if (typeof json === 'number') return Object.is(json, -0) ? '-0' : JSON.stringify(json);
  if (json === null || typeof json !== 'object') return String(json);
  if (Array.isArray(json)) return `[${(json as readonly JsonValue[]).map(formatJson).join(',')}]`;
  const members = Object.entries(json).toSorted(([a], [b]) => compareCodePoints(a, b));
  return `{${members.map(([key, value]) => `${quoted(key)}:${formatJson(value)}`).join(',')}}`;
}

/** `1.5e-7` as `0.00000015`, `1e+21` as `1000000000000000000000`. */
function withoutExponent(text: string): string {
  const parts = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (parts === null) return text;
  const [, sign = '', lead = '', fraction = '', exponentText] = parts;
  const digits = lead + fraction;
  const exponent = Number(exponentText);
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  return sign + digits.padEnd(exponent + 1, '0');
}

/** Go escapes what could end a script element, and the two separators that JavaScript once took for line ends. */
function quoted(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll(/[<>&\u2028\u2029]/g, escaped);
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Go sorts keys by their UTF-8 bytes, which is the order of code points. */
function compareCodePoints(a: string, b: string): number {
  const left = Array.from(a);
  const right = Array.from(b);
  const differing = left.findIndex((char, index) => char !== right[index]);
  if (differing === -1) return left.length - right.length;
  return (left[differing]?.codePointAt(0) ?? 0) - (right[differing]?.codePointAt(0) ?? -1);
}
