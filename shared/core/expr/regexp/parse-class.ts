/** `[a-z[:digit:]\pL]`, and the escapes that stand for one character or a Unicode property. */
import { fail } from '../failure.ts';
import {
  characterSet,
  PERL_CLASSES,
  POSIX_CLASSES,
  range,
  unicodeProperty,
  type CharacterSet,
  type SetItem,
} from './character-set.ts';

/** The class whose `[` stands at `start`. @throws Failure with the text of Go's parser */
export function parseClass(
  pattern: string,
  start: number,
  foldCase: boolean,
): { readonly set: CharacterSet; readonly end: number } {
  const negated = pattern[start + 1] === '^';
  const items: SetItem[] = [];
  const first = negated ? start + 2 : start + 1;
  let at = first;
  while (pattern[at] !== ']' || at === first) {
    if (at >= pattern.length) return classError('missing closing ]', pattern.slice(start));
    // A hyphen within the class must stand at an end of it, or between two characters.
    const { item, end } = namedItem(pattern, at) ?? parseRange(pattern, at, start);
    items.push(item);
    at = end;
  }
  return { set: characterSet(items, negated, foldCase), end: at + 1 };
}

interface Item {
  readonly item: SetItem;
  readonly end: number;
}

/** `[:alpha:]`, `\d`, `\pL`; undefined where a plain character stands. */
function namedItem(pattern: string, at: number): Item | undefined {
  const posix = /^\[:(\^?)([^\]:]*):\]/.exec(pattern.slice(at, at + 20));
  if (posix !== null) {
    const items = POSIX_CLASSES.get(posix[2] ?? '');
    if (items === undefined) return classError('invalid character class range', posix[0]);
    return { item: { items, negated: posix[1] === '^' }, end: at + posix[0].length };
  }
  if (pattern[at] !== '\\') return undefined;
  const letter = pattern[at + 1] ?? '';
  const perl = PERL_CLASSES.get(letter.toLowerCase());
  if (perl !== undefined) return { item: { items: perl, negated: letter !== letter.toLowerCase() }, end: at + 2 };
  return letter === 'p' || letter === 'P' ? readProperty(pattern, at) : undefined;
}

/** `a` or `a-z` */
function parseRange(pattern: string, at: number, classStart: number): Item {
  const low = readCharacter(pattern, at, classStart);
  const isRange = pattern[low.end] === '-' && low.end + 1 < pattern.length && pattern[low.end + 1] !== ']';
  if (!isRange) return { item: range(low.code), end: low.end };
  const high = readCharacter(pattern, low.end + 1, classStart);
  if (high.code < low.code) classError('invalid character class range', pattern.slice(at, high.end));
  return { item: range(low.code, high.code), end: high.end };
}

interface Character {
  readonly code: number;
  readonly end: number;
}

function readCharacter(pattern: string, at: number, classStart: number): Character {
  const code = pattern.codePointAt(at);
  if (code === undefined) return classError('missing closing ]', pattern.slice(classStart));
  return pattern[at] === '\\' ? readEscape(pattern, at) : { code, end: at + String.fromCodePoint(code).length };
}

/** `\pL`, `\p{Greek}`, `\P{^Lu}` */
export function readProperty(pattern: string, at: number): Item {
  const form = /^\\[pP](?:\{([^}]*)\}|([^{]))/su.exec(pattern.slice(at, at + 64));
  const written = form?.[1] ?? form?.[2] ?? '';
  const inverted = written.startsWith('^');
  const property = unicodeProperty(inverted ? written.slice(1) : written);
  if (form === null || property === undefined) {
    return classError('invalid character class range', form?.[0] ?? pattern.slice(at));
  }
  return { item: { property, negated: (pattern[at + 1] === 'P') !== inverted }, end: at + form[0].length };
}

const CONTROL: ReadonlyMap<string, number> = new Map([
  ['a', 7],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['v', 11],
]);
const LARGEST = 0x10ffff;

/** An escape that stands for one character. */
export function readEscape(pattern: string, at: number): Character {
  const rest = pattern.slice(at, at + 16);
  if (rest === '\\') return classError('trailing backslash at end of expression', '');
  const control = CONTROL.get(rest[1] ?? '');
  if (control !== undefined) return { code: control, end: at + 2 };
  const octal = /^\\(0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(rest);
  if (octal !== null) return { code: Number.parseInt(octal[1] ?? '', 8), end: at + octal[0].length };
  const hexadecimal = /^\\x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]+)\})/.exec(rest);
  const code = Number.parseInt(hexadecimal?.[1] ?? hexadecimal?.[2] ?? '', 16);
  if (hexadecimal !== null && code <= LARGEST) return { code, end: at + hexadecimal[0].length };
  const character = String.fromCodePoint(pattern.codePointAt(at + 1) ?? 0);
  if (character.charCodeAt(0) < 0x80 && !/[A-Za-z0-9]/.test(character)) {
    return { code: character.charCodeAt(0), end: at + 2 };
  }
  const bad = /^\\x\{?[0-9A-Fa-f]*/.exec(rest)?.[0] ?? '\\';
  const next = bad === '\\' ? character : (pattern[at + bad.length] ?? '');
  return classError('invalid escape sequence', bad + next);
}

function classError(what: string, text: string): never {
  return fail(`error parsing regexp: ${what}: \`${text}\``);
}
