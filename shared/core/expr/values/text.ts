/**
 * Strings of the language are byte sequences in UTF-8 (conditions.md §2); here they are JavaScript strings. A byte that
 * belongs to no valid sequence (cutting `é` in half leaves one) is kept as the lone surrogate U+DC00 + byte, so that
 * gluing the halves together gives `é` again. Text that comes in from outside is made well-formed first.
 */

import { indexOf, lastIndexOf } from './search.ts';

const RAW = 0xdc00;
const REPLACEMENT = 0xfffd;
// eslint-disable-next-line no-control-regex -- the whole of ASCII is meant
const ASCII = /^[\u0000-\u007f]*$/;

/** One byte per UTF-16 unit: for these byte offsets are string offsets. */
export function isAscii(text: string): boolean {
  return ASCII.test(text);
}

/** The bytes of a string. */
export function encode(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  let end = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.codePointAt(index) ?? REPLACEMENT;
    if (code > 0xffff) index++;
    end = writeRune(bytes, end, code);
  }
  return bytes.slice(0, end);
}

function writeRune(bytes: Uint8Array, at: number, code: number): number {
  if (code < 0x80) {
    bytes[at] = code;
    return at + 1;
  }
  if (code >= RAW + 0x80 && code <= RAW + 0xff) {
    bytes[at] = code - RAW;
    return at + 1;
  }
  if (code < 0x800) {
    bytes[at] = 0xc0 | (code >> 6);
    bytes[at + 1] = 0x80 | (code & 0x3f);
    return at + 2;
  }
  if (code < 0x10000) {
    bytes[at] = 0xe0 | (code >> 12);
    bytes[at + 1] = 0x80 | ((code >> 6) & 0x3f);
    bytes[at + 2] = 0x80 | (code & 0x3f);
    return at + 3;
  }
  bytes[at] = 0xf0 | (code >> 18);
  bytes[at + 1] = 0x80 | ((code >> 12) & 0x3f);
  bytes[at + 2] = 0x80 | ((code >> 6) & 0x3f);
  bytes[at + 3] = 0x80 | (code & 0x3f);
  return at + 4;
}

/** The string of some bytes. */
export function decode(bytes: Uint8Array): string {
  const parts: string[] = [];
  let units: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const [code, width] = readRune(bytes, at);
    at += width;
    if (code > 0xffff) units.push(0xd800 + ((code - 0x10000) >> 10), 0xdc00 + ((code - 0x10000) & 0x3ff));
    else units.push(code);
    if (units.length > 8_000) {
      parts.push(String.fromCharCode(...units));
      units = [];
    }
  }
  return parts.join('') + String.fromCharCode(...units);
}

/** Shortest and longest code point by length of the sequence, to refuse overlong forms. */
const LEAST = [0, 0, 0x80, 0x800, 0x10000];

function readRune(bytes: Uint8Array, at: number): readonly [code: number, width: number] {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return [first, 1];
  const width =
    first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
  if (width === 0 || at + width > bytes.length) return [RAW + first, 1];
  let code = first & (0x7f >> width);
  for (let index = 1; index < width; index++) {
    const next = bytes[at + index] ?? 0;
    if ((next & 0xc0) !== 0x80) return [RAW + first, 1];
    code = (code << 6) | (next & 0x3f);
  }
  const least = LEAST[width] ?? 0;
  if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return [RAW + first, 1];
  return [code, width];
}

/** Number of bytes. */
export function byteLength(text: string): number {
  if (isAscii(text)) return text.length;
  let length = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (startsPair(text, index)) {
      length += 4;
      index++;
    } else if (code < 0x80 || (code >= RAW + 0x80 && code <= RAW + 0xff)) length += 1;
    else length += code < 0x800 ? 2 : 3;
  }
  return length;
}

/** Number of code points; a stray byte counts one. */
export function runeCount(text: string): number {
  if (isAscii(text)) return text.length;
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    if (startsPair(text, index)) index++;
    count++;
  }
  return count;
}

/** Two UTF-16 units that stand for one code point. */
function startsPair(text: string, index: number): boolean {
  return (text.charCodeAt(index) & 0xfc00) === 0xd800 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00;
}

/** Both texts glued; halves of a character that meet become that character. */
export function concatenate(left: string, right: string): string {
  const joined = left + right;
  return endsRaw(left) && !right.isWellFormed() ? decode(encode(joined)) : joined;
}

function endsRaw(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= RAW && last <= 0xdfff && !text.isWellFormed();
}

/** The bytes from `from` up to `to` (0 ≤ from ≤ to ≤ length in bytes). */
export function sliceBytes(text: string, from: number, to: number): string {
  return isAscii(text) ? text.slice(from, to) : decode(encode(text).subarray(from, to));
}

/** The byte at an offset that is within the text. */
export function byteAt(text: string, offset: number): number {
  return (isAscii(text) ? text.charCodeAt(offset) : encode(text)[offset]) ?? 0;
}

/** Negative, zero or positive: order of the bytes. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  let index = 0;
  while (index < length && left.charCodeAt(index) === right.charCodeAt(index)) index++;
  if (index === length) return left.length - right.length;
  const a = left.charCodeAt(index);
  const b = right.charCodeAt(index);
  if (a < 0xd800 && b < 0xd800) return a - b;
  // Surrogates do not sort as their bytes do. The few characters from the difference on decide.
  const start = index > 0 && startsPair(left, index - 1) ? index - 1 : index;
  return compareBytes(encode(left.slice(start, start + DECISIVE)), encode(right.slice(start, start + DECISIVE)));
}

/** No character has more bytes than this, so that so many units hold the first byte that differs. */
const DECISIVE = 8;

function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/**
 * Searching and cutting work on UTF-16 units as on bytes, unless a stray byte is about: then each string is handed over
 * as one unit per byte, and what comes back is put together again.
 */
export function bytewise(
  texts: readonly string[],
  work: (texts: readonly string[]) => readonly string[],
): readonly string[] {
  if (texts.every((text) => text.isWellFormed())) return work(texts);
  return work(texts.map(toBinary)).map(fromBinary);
}

/** Byte offset of the first (or last) occurrence of `part`; -1 when there is none. */
export function byteIndexOf(text: string, part: string, last: boolean): number {
  if (!text.isWellFormed() || !part.isWellFormed()) {
    return last ? lastIndexOf(toBinary(text), toBinary(part)) : indexOf(toBinary(text), toBinary(part));
  }
  const index = last ? lastIndexOf(text, part) : indexOf(text, part);
  return index <= 0 ? index : byteLength(text.slice(0, index));
}

function toBinary(text: string): string {
  const bytes = encode(text);
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 8_000) parts.push(String.fromCharCode(...bytes.subarray(at, at + 8_000)));
  return parts.join('');
}

function fromBinary(binary: string): string {
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return decode(bytes);
}
