/** Reads a Kubernetes JSONPath template. analysis §18.2; error texts as in client-go's util/jsonpath. */
import { PathSyntaxError, type PathList, type PathNode, type Slice } from './node.ts';

/** What ends a field name. A backslash takes the next character into the name. */
const FIELD = /(?:\\[^]|[^\s.,[\]$@{}])*/y;
const WORD = /[\p{L}\p{Nd}_][^\s.,[\]$@{}]*/uy;
const NUMBER = /[+-]?[\d.]*/y;
const DICT_KEY = /^'([^']*)'$/;
const SLICE = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/;
const COMPARISON = /^([^!<>=]+)([!<>=]+)(.+?)$/s;
const LINE_END = /[\r\n]/;
/** Enough for any template; keeps filters within filters from exhausting the stack. */
const MAX_NESTING = 50;

/** @throws PathSyntaxError */
export function parseTemplate(template: string): readonly PathNode[] {
  return parseNested(template, 0);
}

function parseNested(template: string, nesting: number): readonly PathNode[] {
  if (nesting > MAX_NESTING) throw new PathSyntaxError('JSONPath is nested too deeply');
  const nodes: PathNode[] = [];
  let rest = template;
  while (rest !== '') {
    const opening = rest.indexOf('{');
    const text = opening === -1 ? rest : rest.slice(0, opening);
    if (text !== '') nodes.push({ type: 'text', text });
    if (opening === -1) break;
    const action = new ActionReader(rest.slice(opening + 1), nesting);
    nodes.push(action.read());
    rest = action.rest;
  }
  return nodes;
}

/** Reads one action up to its closing brace. */
class ActionReader {
  readonly #input: string;
  readonly #nesting: number;
  readonly #nodes: PathNode[] = [];
  #position = 0;

  /** @param input what follows the opening brace */
  constructor(input: string, nesting: number) {
    this.#input = input;
    this.#nesting = nesting;
  }

  /** The input behind the closing brace. */
  get rest(): string {
    return this.#input.slice(this.#position);
  }

  read(): PathList {
    while (!this.#take('}')) this.#readNext();
    return { type: 'list', nodes: this.#nodes };
  }

  #readNext(): void {
    if (this.#take('[?(')) return this.#readFilter();
    if (this.#take('..')) return this.#readRecursive();
    const char = this.#input[this.#position];
    if (char === undefined || LINE_END.test(char)) throw new PathSyntaxError('unclosed action');
    if (char === ' ' || char === '@' || char === '$') return this.#skip(1);
    if (char === '[') return this.#readBrackets();
    if (char === '"' || char === "'") return this.#readQuoted(char);
    if (char === '.') {
      this.#skip(1);
      return this.#readField();
    }
    if (/[-+\d]/.test(char)) return this.#readNumber();
    const word = this.#match(WORD);
    if (word === '') throw new PathSyntaxError(`unrecognized character in action: ${unicodeName(char)}`);
    return void this.#nodes.push(wordNode(word));
  }

  #readField(): void {
    const name = this.#match(FIELD);
    this.#nodes.push(name === '*' ? { type: 'wildcard' } : { type: 'field', name: name.replaceAll('\\', '') });
  }

  #readRecursive(): void {
    if (this.#nodes.at(-1)?.type === 'recursive') throw new PathSyntaxError('invalid multiple recursive descent');
    this.#nodes.push({ type: 'recursive' });
    if (/[\p{L}\p{Nd}_]/u.test(this.#input.charAt(this.#position))) this.#readField();
  }

  #readNumber(): void {
    const text = this.#match(NUMBER);
    const value = Number(text);
    if (Number.isNaN(value)) throw new PathSyntaxError(`cannot parse number ${text}`);
    this.#nodes.push({ type: 'literal', value: /^[-+]?\d+$/.test(text) ? BigInt(text.replace('+', '')) : value });
  }

  #readQuoted(quote: string): void {
    const start = this.#position + 1;
    let end = start;
    while (this.#input[end] !== quote || this.#input[end - 1] === '\\') {
      const char = this.#input[end];
      if (char === undefined || LINE_END.test(char)) throw new PathSyntaxError('unterminated quoted string');
      end += 1;
    }
    this.#nodes.push({ type: 'text', text: unquoted(this.#input.slice(start, end), quote) });
    this.#position = end + 1;
  }

  #readBrackets(): void {
    const end = this.#input.indexOf(']', this.#position);
    const text = this.#input.slice(this.#position + 1, end);
    if (end === -1 || LINE_END.test(text)) throw new PathSyntaxError('unterminated array');
    this.#position = end + 1;
    const members = text.split(',');
    if (members.length === 1) return void this.#nodes.push(...bracketNodes(text, this.#nesting));
    const union = members.map((member) => parseAction(`[${member.trim()}]`, this.#nesting));
    this.#nodes.push({ type: 'union', members: union });
  }

  #readFilter(): void {
    const text = this.#input.slice(this.#position, this.#endOfFilter());
    this.#skip(text.length + 1);
    if (!this.#take(']')) throw new PathSyntaxError('unclosed array expect ]');
    const [, left, operator, right] = COMPARISON.exec(text) ?? [];
    const inner = (part: string): PathList => parseAction(part, this.#nesting);
    const filter =
      left === undefined || operator === undefined || right === undefined
        ? { left: inner(text), right: inner(''), operator: 'exists' }
        : { left: inner(left), right: inner(right), operator };
    this.#nodes.push({ type: 'filter', filter });
  }

  /** The closing parenthesis; those between the first pair of quotes do not count. */
  #endOfFilter(): number {
    let quote: string | undefined;
    let closed = false;
    for (let index = this.#position; index < this.#input.length; index += 1) {
      const char = this.#input[index]!;
      if (LINE_END.test(char)) break;
      if (char === ')' && (quote === undefined || closed)) return index;
      if (char !== '"' && char !== "'") continue;
      if (quote === undefined) quote = char;
      else if (char === quote && this.#input[index - 1] !== '\\') closed = true;
    }
    throw new PathSyntaxError('unterminated filter');
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.#input)?.[0] ?? '';
    this.#skip(found.length);
    return found;
  }

  #take(text: string): boolean {
    if (!this.#input.startsWith(text, this.#position)) return false;
    this.#skip(text.length);
    return true;
  }

  #skip(length: number): void {
    this.#position += length;
  }
}

function parseAction(text: string, nesting: number): PathList {
  const [action] = parseNested(`{${text}}`, nesting + 1);
  return action?.type === 'list' ? action : { type: 'list', nodes: [] };
}

/** What stands alone in brackets: `*`, a quoted key (read as a path: dots in it need a backslash), an index, a slice. */
function bracketNodes(text: string, nesting: number): readonly PathNode[] {
  const key = DICT_KEY.exec(text)?.[1];
  if (key !== undefined) return parseAction(`.${key}`, nesting).nodes;
  const [, start, end, step] = SLICE.exec(text === '*' ? ':' : text) ?? [];
  if (start === undefined) throw new PathSyntaxError(`invalid array index ${text}`);
  return [{ type: 'slice', slice: sliceOf(start, end, step) }];
}

function sliceOf(start: string, end: string | undefined, step: string | undefined): Slice {
  const single = end === undefined;
  const first = indexOf(start) ?? 0;
  return {
    start: first,
    end: single ? first + 1 : indexOf(end.slice(1)),
    step: indexOf(step?.slice(1) ?? '') ?? 1,
    single,
  };
}

function indexOf(text: string): number | undefined {
  if (text === '') return undefined;
  const index = Number(text);
  if (!Number.isSafeInteger(index)) throw new PathSyntaxError(`array index ${text} is not a number`);
  return index;
}

function wordNode(word: string): PathNode {
  if (word === 'true' || word === 'false') return { type: 'literal', value: word === 'true' };
  return { type: 'keyword', word };
}

const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92 };
const ESCAPE = /\\(?:x([\da-fA-F]{2})|([0-3][0-7]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([^]?))|[^\\]+/g;

/** Go's escapes: `\xHH` and octal ones are bytes, and of the quotes only the enclosing one may be escaped. */
function unquoted(text: string, quote: string): string {
  const parts = Array.from(text.matchAll(ESCAPE), ([plain, hex, octal, short, long, single]) => {
    if (hex !== undefined) return Buffer.of(Number.parseInt(hex, 16));
    if (octal !== undefined) return Buffer.of(Number.parseInt(octal, 8));
    if (single === undefined && short === undefined && long === undefined) return Buffer.from(plain);
    const code = codeOf(single, short ?? long ?? '', quote);
    if (code === undefined) throw new PathSyntaxError(`unquote string ${quote}${text}${quote} error invalid syntax`);
    return Buffer.from(String.fromCodePoint(code));
  });
  return Buffer.concat(parts).toString();
}

/** @returns undefined for an escape that stands for nothing */
function codeOf(single: string | undefined, hex: string, quote: string): number | undefined {
  if (single !== undefined) return single === quote ? quote.codePointAt(0) : ESCAPES[single];
  const code = Number.parseInt(hex, 16);
  return code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? undefined : code;
}

function unicodeName(char: string): string {
  const hex = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `U+${hex} '${char}'`;
}
