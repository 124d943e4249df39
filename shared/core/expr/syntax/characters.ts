/** Which code points mean what between tokens. conditions.md §3. */

const SPACE = /^[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/u;
const WORD = /^[\p{L}\p{Nd}_$]$/u;
const WORD_START = /^[\p{L}_$]$/u;
const NAME = /^[\p{L}_$][\p{L}\p{Nd}_$]*$/u;

/** Unicode white space, line breaks and no-break space included. */
export function isSpace(character: string): boolean {
  return SPACE.test(character);
}

/** May continue a name: letters, decimal digits of any script, `_`, `$`. */
export function isWord(character: string): boolean {
  return WORD.test(character);
}

/** May begin a name. */
export function isWordStart(character: string): boolean {
  return WORD_START.test(character);
}

export function isName(text: string): boolean {
  return NAME.test(text);
}

/** The code point that begins at `offset` as text; empty behind the end. */
export function characterAt(text: string, offset: number): string {
  const code = text.codePointAt(offset);
  return code === undefined ? '' : String.fromCodePoint(code);
}
