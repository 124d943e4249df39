/** Answers that should be JSON. Numbers beyond the float range and bottomless nesting are refused, as Go's decoder does. */
import type { JsonValue } from '#core/json.ts';

export type ParsedJson =
  | { readonly ok: true; readonly json: JsonValue }
  | { readonly ok: false; readonly error: string };

/** Go allows 10,000. An answer of a metrics system needs a handful, and everything that walks it may recurse. */
const MAX_DEPTH = 500;

/** Only a text with a long exponent or a very long number can hold a number out of range. */
const MAY_OVERFLOW = /[eE]\+?\d{3}|\d{300}/;

export function parseJson(text: string): ParsedJson {
  if (isDeeperThan(text, MAX_DEPTH)) return { ok: false, error: 'exceeded max depth' };
  try {
    const json = JSON.parse(text, MAY_OVERFLOW.test(text) ? refuseInfinity : undefined) as JsonValue;
    return { ok: true, json };
  } catch (error) {
    return { ok: false, error: error instanceof RangeError ? error.message : problemOf(text, String(error)) };
  }
}

/** JSON.parse would make infinity of `1e309`, and a condition such as `result > 5` would hold. */
function refuseInfinity(_key: string, value: JsonValue): JsonValue {
  if (value === Infinity || value === -Infinity) throw new RangeError('number out of range');
  return value;
}

/** In the words of Go's decoder: it names one character and never quotes the text around it. */
function problemOf(text: string, parserError: string): string {
  if (/Unexpected end|Unterminated/.test(parserError)) return 'unexpected end of JSON input';
  const position = Number(/at position (\d+)/.exec(parserError)?.[1] ?? text.search(/[^ \t\r\n]/));
  const char = String.fromCodePoint(text.codePointAt(position) ?? 0);
  const place = /after JSON/.test(parserError) ? 'after top-level value' : 'looking for beginning of value';
  return `invalid character '${char}' ${place}`;
}

/** Brackets inside strings do not count. */
function isDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index];
    if (char === '"') index = endOfString(text, index);
    else if (char === '[' || char === '{') depth += 1;
    else if (char === ']' || char === '}') depth -= 1;
    if (depth > limit) return true;
  }
  return false;
}

/** The index of the closing quote. */
function endOfString(text: string, opening: number): number {
  let index = opening + 1;
  while (index < text.length && text[index] !== '"') index += text[index] === '\\' ? 2 : 1;
  return index;
}
