/** Sets of code points: literals, classes, Unicode properties. */

export interface CodeRange {
  readonly from: number;
  readonly to: number;
}

/** One part of a set: a range, or a property as the runtime's regular expressions write it. */
export type SetItem =
  | CodeRange
  | { readonly property: string; readonly negated: boolean }
  | { readonly items: readonly SetItem[]; readonly negated: boolean };

export interface CharacterSet {
  has(code: number): boolean;
}

const ASCII_SIZE = 128;

/** @param foldCase letters stand for all their cases */
export function characterSet(items: readonly SetItem[], negated: boolean, foldCase: boolean): CharacterSet {
  const [only] = items;
  if (items.length === 1 && only !== undefined && 'from' in only && !negated && !foldCase) return rangeSet(only);
  const tests = items.map((item) => testOf(item, foldCase));
  const member = (code: number): boolean => tests.some((test) => test(code)) !== negated;
  let ascii: Uint8Array | undefined;
  return {
    has(code) {
      ascii ??= Uint8Array.from({ length: ASCII_SIZE }, (_, index) => Number(member(index)));
      return code < ASCII_SIZE ? ascii[code] === 1 : member(code);
    },
  };
}

function rangeSet({ from, to }: CodeRange): CharacterSet {
  return { has: (code) => code >= from && code <= to };
}

type Test = (code: number) => boolean;

function testOf(item: SetItem, foldCase: boolean): Test {
  if ('items' in item) {
    const set = characterSet(item.items, item.negated, foldCase);
    return (code) => set.has(code);
  }
  if ('property' in item) {
    const pattern = propertyPattern(item.property, foldCase);
    return (code) => pattern.test(String.fromCodePoint(code)) !== item.negated;
  }
  const { from, to } = item;
  const plain: Test = (code) => code >= from && code <= to;
  if (!foldCase) return plain;
  const folded = new RegExp(`^[\\u{${from.toString(16)}}-\\u{${to.toString(16)}}]$`, 'iu');
  return (code) => plain(code) || folded.test(String.fromCodePoint(code));
}

/** One pattern for each property and case; there are some hundreds of properties. */
const patterns = new Map<string, RegExp>();

function propertyPattern(property: string, foldCase: boolean): RegExp {
  const flags = foldCase ? 'iu' : 'u';
  const found = patterns.get(property + flags) ?? new RegExp(`^${property}$`, flags);
  patterns.set(property + flags, found);
  return found;
}

export function range(from: number, to: number = from): CodeRange {
  return { from, to };
}

export const NEWLINE = 10;
export const ANY_CHARACTER = characterSet([range(0, 0x10ffff)], false, false);
export const ANY_BUT_NEWLINE = characterSet([range(NEWLINE)], true, false);

const DIGIT = [range(0x30, 0x39)];
const WORD = [range(0x30, 0x39), range(0x41, 0x5a), range(0x5f), range(0x61, 0x7a)];
const PERL_SPACE = [range(0x09, 0x0a), range(0x0c, 0x0d), range(0x20)];

/** `\d` and the like, by their letter. */
export const PERL_CLASSES: ReadonlyMap<string, readonly SetItem[]> = new Map([
  ['d', DIGIT],
  ['w', WORD],
  ['s', PERL_SPACE],
]);

/** `[[:alpha:]]` and the like. */
export const POSIX_CLASSES: ReadonlyMap<string, readonly SetItem[]> = new Map([
  ['alnum', [range(0x30, 0x39), range(0x41, 0x5a), range(0x61, 0x7a)]],
  ['alpha', [range(0x41, 0x5a), range(0x61, 0x7a)]],
  ['ascii', [range(0, 0x7f)]],
  ['blank', [range(0x09), range(0x20)]],
  ['cntrl', [range(0, 0x1f), range(0x7f)]],
  ['digit', DIGIT],
  ['graph', [range(0x21, 0x7e)]],
  ['lower', [range(0x61, 0x7a)]],
  ['print', [range(0x20, 0x7e)]],
  ['punct', [range(0x21, 0x2f), range(0x3a, 0x40), range(0x5b, 0x60), range(0x7b, 0x7e)]],
  ['space', [range(0x09, 0x0d), range(0x20)]],
  ['upper', [range(0x41, 0x5a)]],
  ['word', WORD],
  ['xdigit', [range(0x30, 0x39), range(0x41, 0x46), range(0x61, 0x66)]],
]);

/** Properties that exist, as asked for so far. */
const properties = new Map<string, string>();

/** A category (`L`, `Lu`, `Letter`), script (`Greek`) or `Any`; undefined when there is none of that name. */
export function unicodeProperty(name: string): string | undefined {
  if (!/^\w+$/.test(name)) return undefined;
  const known = properties.get(name);
  if (known !== undefined) return known;
  for (const form of [`\\p{General_Category=${name}}`, `\\p{Script=${name}}`, `\\p{${name}}`]) {
    const allowed = !form.includes('=') ? ['Any', 'ASCII', 'Assigned'].includes(name) : true;
    if (!allowed || !isProperty(form)) continue;
    properties.set(name, form);
    return form;
  }
  return undefined;
}

function isProperty(form: string): boolean {
  try {
    return new RegExp(form, 'u').source !== '';
  } catch {
    return false;
  }
}

export function isWordCharacter(code: number): boolean {
  return WORD.some((item) => code >= item.from && code <= item.to);
}
