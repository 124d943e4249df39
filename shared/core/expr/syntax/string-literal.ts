/** String and bytes literals with their escapes. conditions.md §3. */
import { fail } from '../failure.ts';
import { encode } from '../values/text.ts';

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

interface Escape {
  readonly code: number;
  readonly end: number;
}

/**
 * The literal whose opening quote stands at `at`. In a bytes literal `\xHH` and octal escapes are bytes; in a string they
 * are code points.
 */
export function readQuoted(
  source: string,
  at: number,
  asBytes: boolean,
): { readonly text: string; readonly bytes: Uint8Array; readonly end: number } {
  const delimiter = source[at] ?? '';
  const parts: string[] = [];
  const bytes: number[] = [];
  const add = (text: string): void => {
    if (asBytes) for (const byte of encode(text)) bytes.push(byte);
    else parts.push(text);
  };
  let index = at + 1;
  while (source[index] !== delimiter) {
    if (index >= source.length || source[index] === '\n') fail('literal not terminated', index);
    if (source[index] !== '\\') {
      const end = endOfPlain(source, index, delimiter);
      add(source.slice(index, end).replace(/\r\n?/g, '\n'));
      index = end;
      continue;
    }
    const simple = simpleEscape(source[index + 1], delimiter);
    if (simple !== undefined) {
      add(simple);
      index += 2;
      continue;
    }
    const escape = readEscape(source, index, asBytes);
    if (asBytes) bytes.push(escape.code);
    else parts.push(characterOf(escape.code));
    index = escape.end;
  }
  return {
    text: asBytes ? source.slice(at + 1, index) : parts.join(''),
    bytes: Uint8Array.from(bytes),
    end: index + 1,
  };
}

function endOfPlain(source: string, from: number, delimiter: string): number {
  let end = from;
  while (end < source.length && source[end] !== delimiter && source[end] !== '\\' && source[end] !== '\n') end++;
  return end;
}

function simpleEscape(character: string | undefined, delimiter: string): string | undefined {
  if (character === delimiter) return delimiter;
  return character !== undefined && Object.hasOwn(SIMPLE, character) ? SIMPLE[character] : undefined;
}

/** The escape at `at` that is written with digits. */
function readEscape(source: string, at: number, asBytes: boolean): Escape {
  const rest = source.slice(at + 1, at + 10);
  const octal = /^[0-7]{3}/.exec(rest)?.[0];
  if (octal !== undefined) {
    if (/^[4-7]/.test(octal)) fail('unable to unescape string', at);
    return { code: Number.parseInt(octal, 8), end: at + 4 };
  }
  const digits =
    /^x([0-9a-fA-F]{2})/.exec(rest) ??
    /^u([0-9a-fA-F]{4})/.exec(rest) ??
    /^U([0-9a-fA-F]{8})/.exec(rest) ??
    /^u\{([0-9a-fA-F]{1,6})\}/.exec(rest);
  if (digits === null) return fail('invalid char escape', at);
  const code = Number.parseInt(digits[1] ?? '', 16);
  if (code > 0x10ffff || (asBytes && rest[0] !== 'x')) fail('unable to unescape string', at);
  return { code, end: at + 1 + digits[0].length };
}

function characterOf(code: number): string {
  return String.fromCodePoint(code).toWellFormed();
}

/** The raw literal whose backtick stands at `at`: no escapes, a doubled backtick stands for one. */
export function readRaw(source: string, at: number): { readonly text: string; readonly end: number } {
  let end = at;
  do {
    end = source.indexOf('`', end + 1);
    if (end < 0) fail('literal not terminated', source.length);
    if (source[end + 1] === '`') end++;
    else break;
  } while (end >= 0);
  return { text: source.slice(at + 1, end).replaceAll('``', '`'), end: end + 1 };
}
