/** Case and white space of strings, one code point at a time. conditions.md §9. */

/** Greek letters whose upper case as a whole word has two code points have one of their own. */
const GREEK_CAPITALS: ReadonlyMap<string, string> = new Map([
  ...greekRow(0x1f80),
  ...greekRow(0x1f90),
  ...greekRow(0x1fa0),
  ['\u1fb3', '\u1fbc'],
  ['\u1fc3', '\u1fcc'],
  ['\u1ff3', '\u1ffc'],
]);

function greekRow(first: number): readonly (readonly [string, string])[] {
  return Array.from({ length: 8 }, (_, index) => [
    String.fromCodePoint(first + index),
    String.fromCodePoint(first + index + 8),
  ]);
}

/** Capitals; what has no capital of one code point stays (`ß`). */
export function upper(text: string): string {
  const whole = text.toUpperCase();
  // Of the same length it has no capital of two letters in it.
  if (whole.length === text.length && text.isWellFormed()) return whole;
  return perCharacter(text, (character) => {
    const capital = character.toUpperCase();
    return isOneCharacter(capital) ? capital : (GREEK_CAPITALS.get(character) ?? character);
  });
}

export function lower(text: string): string {
  if (!/[\u0130\u03a3]/.test(text) && text.isWellFormed()) return text.toLowerCase();
  return perCharacter(text, (character) => {
    const small = character.toLowerCase();
    return isOneCharacter(small) ? small : String.fromCodePoint(small.codePointAt(0) ?? 0);
  });
}

/** Stray bytes become the replacement character. */
function perCharacter(text: string, change: (character: string) => string): string {
  return text.toWellFormed().replace(/./gsu, change);
}

function isOneCharacter(text: string): boolean {
  return text.length === String.fromCodePoint(text.codePointAt(0) ?? 0).length;
}

const SPACES: ReadonlySet<number> = new Set(
  Array.from('\t\n\v\f\r \u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000', (space) => space.charCodeAt(0)).concat(
    Array.from({ length: 11 }, (_, index) => 0x2000 + index),
  ),
);

/** Without white space, or without any of the characters given, at both ends. */
export function trim(text: string, characters?: string): string {
  const drops =
    characters === undefined ? SPACES : new Set(Array.from(characters, (character) => character.codePointAt(0)));
  let start = 0;
  for (let code = text.codePointAt(0); drops.has(code ?? -1); code = text.codePointAt(start)) start += width(code);
  let end = text.length;
  for (let code = lastCode(text, end); end > start && drops.has(code); code = lastCode(text, end)) end -= width(code);
  return text.slice(start, end);
}

function width(code: number | undefined): number {
  return (code ?? 0) > 0xffff ? 2 : 1;
}

/** The code point that ends at `end`. */
function lastCode(text: string, end: number): number {
  const pair = text.codePointAt(end - 2) ?? 0;
  return pair > 0xffff ? pair : text.charCodeAt(end - 1);
}
