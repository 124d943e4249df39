/** Base64 with the standard alphabet and padding. conditions.md §9. */
import { fail } from '../failure.ts';
import { decode } from './text.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const CODES = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));
const FORM = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const VALUES: ReadonlyMap<string, number> = new Map(Array.from(ALPHABET, (character, value) => [character, value]));

export function toBase64(bytes: Uint8Array): string {
  const codes = new Uint8Array(Math.ceil(bytes.length / 3) * 4);
  for (let at = 0, end = 0; at < bytes.length; at += 3, end += 4) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    for (let digit = 0; digit < 4; digit++) codes[end + digit] = CODES[(group >> (18 - 6 * digit)) & 63] ?? 0;
  }
  const missing = (3 - (bytes.length % 3)) % 3;
  return decode(codes.subarray(0, codes.length - missing)) + '='.repeat(missing);
}

/** Line breaks are skipped. @throws Failure for anything else that is not base64 */
export function fromBase64(text: string): Uint8Array {
  const packed = text.replace(/[\r\n]/g, '');
  if (packed.length % 4 !== 0 || !FORM.test(packed)) fail(`illegal base64 data at input byte ${firstBad(packed)}`);
  const bytes = new Uint8Array((packed.length / 4) * 3);
  for (let at = 0; at < packed.length; at += 4) {
    let group = 0;
    for (const character of packed.slice(at, at + 4)) group = (group << 6) | (VALUES.get(character) ?? 0);
    bytes.set([group >> 16, (group >> 8) & 255, group & 255], (at / 4) * 3);
  }
  return bytes.subarray(0, bytes.length - (packed.length - packed.replace(/=+$/, '').length));
}

function firstBad(packed: string): number {
  const bad = packed.search(/[^A-Za-z0-9+/]/);
  return bad < 0 ? packed.length - (packed.length % 4) : bad;
}
