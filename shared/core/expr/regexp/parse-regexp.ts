/**
 * Pattern text → tree, with the errors of Go's regexp package. What RE2 lacks (look-around, back-references, possessive
 * repetition) is refused. Groups are kept on a stack of our own, so that no nesting exhausts the runtime's.
 */
import { fail } from '../failure.ts';
import { MAX_REGEXP_DEPTH, MAX_REGEXP_SIZE } from '../limits.ts';
import { ANY_BUT_NEWLINE, ANY_CHARACTER, characterSet, PERL_CLASSES, range, type SetItem } from './character-set.ts';
import { parseClass, readEscape, readProperty } from './parse-class.ts';
import { choiceOf, sequenceOf, type Assertion, type Tree } from './tree.ts';

/** `(?i)`, `(?m)`, `(?s)`, `(?U)` */
interface Flags {
  readonly foldCase: boolean;
  readonly multiLine: boolean;
  readonly dotAll: boolean;
}

interface Group {
  readonly options: Tree[];
  parts: Tree[];
  /** What holds again behind the group. */
  readonly outer: Flags;
}

interface State {
  readonly pattern: string;
  at: number;
  flags: Flags;
  /** The innermost group last. */
  readonly groups: Group[];
  /** Characters, classes and assertions so far. */
  size: number;
  /** Where the last repetition began; only another one right behind it is wrong. */
  repeatedFrom: number;
  repeatedTo: number;
}

const PLAIN: Flags = { foldCase: false, multiLine: false, dotAll: false };
const MAX_REPEAT = 1_000;

/** @throws Failure with the text of Go's parser */
export function parseRegexp(pattern: string): Tree {
  const state: State = {
    pattern,
    at: 0,
    flags: PLAIN,
    groups: [{ options: [], parts: [], outer: PLAIN }],
    size: 0,
    repeatedFrom: -1,
    repeatedTo: -1,
  };
  while (state.at < pattern.length) parseNext(state);
  if (state.groups.length > 1) regexpError('missing closing )', pattern);
  return closed(innermost(state));
}

export function regexpError(what: string, text: string): never {
  return fail(`error parsing regexp: ${what}: \`${text}\``);
}

function parseNext(state: State): void {
  const character = String.fromCodePoint(state.pattern.codePointAt(state.at) ?? 0);
  switch (character) {
    case '(':
      return openGroup(state);
    case '|':
      state.at++;
      innermost(state).options.push(sequenceOf(innermost(state).parts));
      innermost(state).parts = [];
      return;
    case ')':
      return closeGroup(state);
    case '^':
      return assert(state, 1, state.flags.multiLine ? 'line-start' : 'text-start');
    case '$':
      return assert(state, 1, state.flags.multiLine ? 'line-end' : 'text-end');
    case '.':
      return add(state, 1, { type: 'set', set: state.flags.dotAll ? ANY_CHARACTER : ANY_BUT_NEWLINE });
    case '[': {
      const { set, end } = parseClass(state.pattern, state.at, state.flags.foldCase);
      return add(state, end - state.at, { type: 'set', set });
    }
    case '*':
      return repeat(state, state.at + 1, 0, undefined);
    case '+':
      return repeat(state, state.at + 1, 1, undefined);
    case '?':
      return repeat(state, state.at + 1, 0, 1);
    case '{':
      return parseCount(state);
    case '\\':
      return parseEscape(state);
    default:
      return addItems(state, character.length, [range(character.codePointAt(0) ?? 0)]);
  }
}

function innermost(state: State): Group {
  return state.groups[state.groups.length - 1] as Group;
}

function add(state: State, width: number, tree: Tree): void {
  if (++state.size > MAX_REGEXP_SIZE) fail('error parsing regexp: expression too large');
  innermost(state).parts.push(tree);
  state.at += width;
}

function addItems(state: State, width: number, items: readonly SetItem[], negated = false): void {
  add(state, width, { type: 'set', set: characterSet(items, negated, state.flags.foldCase) });
}

function assert(state: State, width: number, what: Assertion): void {
  add(state, width, { type: 'assert', what });
}

function openGroup(state: State): void {
  const { pattern, at } = state;
  if (state.groups.length > MAX_REGEXP_DEPTH) regexpError('expression nests too deeply', pattern);
  const outer = state.flags;
  if (!pattern.startsWith('(?', at)) state.at++;
  else if (/^\(\?P?</.test(pattern.slice(at, at + 4))) skipName(state);
  else if (parseFlags(state)) return;
  state.groups.push({ options: [], parts: [], outer });
}

/** `(?P<name>` or `(?<name>` */
function skipName(state: State): void {
  const start = state.pattern.indexOf('<', state.at) + 1;
  const end = state.pattern.indexOf('>', start);
  if (end < 0) regexpError('invalid named capture', state.pattern.slice(state.at));
  const name = state.pattern.slice(start, end);
  if (!/^[A-Za-z0-9_]+$/.test(name)) regexpError('invalid named capture', state.pattern.slice(state.at, end + 1));
  state.at = end + 1;
}

const FLAG_LETTERS: Readonly<Record<string, keyof Flags | undefined>> = {
  i: 'foldCase',
  m: 'multiLine',
  s: 'dotAll',
  U: undefined,
};

/** `(?i-s)` holds to the end of the group around it: true; `(?i-s:` opens one: false. */
function parseFlags(state: State): boolean {
  const start = state.at;
  let flags = state.flags;
  let value = true;
  let seen = false;
  for (let at = start + 2; at < state.pattern.length; at++) {
    const letter = state.pattern[at] ?? '';
    if (Object.hasOwn(FLAG_LETTERS, letter)) {
      const flag = FLAG_LETTERS[letter];
      if (flag !== undefined) flags = { ...flags, [flag]: value };
      seen = true;
    } else if (letter === '-' && value) {
      value = false;
      seen = false;
    } else if ((letter === ':' || letter === ')') && (value || seen)) {
      state.flags = flags;
      state.at = at + 1;
      return letter === ')';
    } else {
      const shown = String.fromCodePoint(state.pattern.codePointAt(at) ?? 0);
      regexpError('invalid or unsupported Perl syntax', state.pattern.slice(start, at) + shown);
    }
  }
  return regexpError('invalid or unsupported Perl syntax', state.pattern.slice(start));
}

function closeGroup(state: State): void {
  const group = innermost(state);
  if (state.groups.length === 1) regexpError('unexpected )', state.pattern);
  state.groups.pop();
  state.flags = group.outer;
  add(state, 1, closed(group));
}

function closed(group: Group): Tree {
  return choiceOf([...group.options, sequenceOf(group.parts)]);
}

/** `{n}`, `{n,}`, `{n,m}`; anything else is plain text. */
function parseCount(state: State): void {
  const found = /^\{(\d+)(,(\d*))?\}/.exec(state.pattern.slice(state.at, state.at + 64));
  const [text = '', least = '', comma, most = ''] = found ?? [];
  const isCount = found !== null && !/^0\d/.test(least) && !/^0\d/.test(most);
  if (!isCount) return addItems(state, 1, [range(0x7b)]);
  const from = Number(least);
  const to = comma === undefined ? from : most === '' ? undefined : Number(most);
  if (from > MAX_REPEAT || (to ?? 0) > MAX_REPEAT || (to !== undefined && from > to)) {
    regexpError('invalid repeat count', text);
  }
  repeat(state, state.at + text.length, from, to);
}

/** The part before is repeated; a `?` behind makes it lazy, which for a yes or no makes no difference. */
function repeat(state: State, operatorEnd: number, least: number, most: number | undefined): void {
  const start = state.at;
  const end = state.pattern[operatorEnd] === '?' ? operatorEnd + 1 : operatorEnd;
  const { parts } = innermost(state);
  const body = parts.pop();
  if (state.repeatedTo === start && body !== undefined) {
    regexpError('invalid nested repetition operator', state.pattern.slice(state.repeatedFrom, end));
  }
  if (body === undefined) regexpError('missing argument to repetition operator', state.pattern.slice(start, end));
  const tree: Tree = { type: 'repeat', body, least, most };
  if ((least >= 2 || (most ?? 0) >= 2) && copiesIn(tree) > MAX_REPEAT) {
    regexpError('invalid repeat count', state.pattern.slice(start, end));
  }
  parts.push(tree);
  state.repeatedFrom = start;
  state.repeatedTo = end;
  state.at = end;
}

const copies = new WeakMap<Tree, number>();

/** How often the innermost part of nested counts stands there when all are written out. */
function copiesIn(tree: Tree): number {
  const known = copies.get(tree);
  if (known !== undefined) return known;
  const inner = partsOf(tree).reduce((most, part) => Math.max(most, copiesIn(part)), 1);
  const isCounted = tree.type === 'repeat' && (tree.least >= 2 || (tree.most ?? 0) >= 2 || tree.most === 0);
  const found = isCounted ? (tree.most ?? tree.least) * inner : inner;
  copies.set(tree, found);
  return found;
}

function partsOf(tree: Tree): readonly Tree[] {
  switch (tree.type) {
    case 'sequence':
      return tree.parts;
    case 'choice':
      return tree.options;
    case 'repeat':
      return [tree.body];
    case 'empty':
    case 'set':
    case 'assert':
      return [];
  }
}

function parseEscape(state: State): void {
  const { pattern, at } = state;
  const letter = pattern[at + 1] ?? '';
  if (letter === 'A') return assert(state, 2, 'text-start');
  if (letter === 'z') return assert(state, 2, 'text-end');
  if (letter === 'b') return assert(state, 2, 'word');
  if (letter === 'B') return assert(state, 2, 'not-word');
  if (letter === 'Q') return quoted(state);
  const perl = PERL_CLASSES.get(letter.toLowerCase());
  if (perl !== undefined) return addItems(state, 2, perl, letter !== letter.toLowerCase());
  if (letter === 'p' || letter === 'P') {
    const { item, end } = readProperty(pattern, at);
    return addItems(state, end - at, [item]);
  }
  const { code, end } = readEscape(pattern, at);
  addItems(state, end - at, [range(code)]);
}

/** `\Q…\E`: plain text, up to the end of the pattern when there is no `\E`. */
function quoted(state: State): void {
  const end = state.pattern.indexOf('\\E', state.at + 2);
  const text = state.pattern.slice(state.at + 2, end < 0 ? undefined : end);
  for (const character of text) addItems(state, 0, [range(character.codePointAt(0) ?? 0)]);
  state.at = end < 0 ? state.pattern.length : end + 2;
}
