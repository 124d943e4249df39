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

const IS_SPACE = /^[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/u;

/** Without white space, or without any of the characters given, at both ends. */
export function trim(text: string, characters?: string): string {
  const set = characters === undefined ? undefined : new Set(characters);
  const drops = (character: string): boolean => set?.has(character) ?? IS_SPACE.test(character);
  let start = 0;
  for (let next = firstCharacter(text, start); next !== '' && drops(next); next = firstCharacter(text, start)) {
    start += next.length;
  }
  let end = text.length;
  for (let last = lastCharacter(text, end); end > start && drops(last); last = lastCharacter(text, end)) {
    end -= last.length;
  }
  return text.slice(start, end);
}

function firstCharacter(text: string, start: number): string {
  const code = text.codePointAt(start);
  return code === undefined ? '' : String.fromCodePoint(code);
}

function lastCharacter(text: string, end: number): string {
  const pair = text.slice(Math.max(0, end - 2), end);
  return (pair.codePointAt(0) ?? 0) > 0xffff ? pair : pair.slice(-1);
}
