/** Condition text → tokens, one at a time. conditions.md §3. */
import { fail } from '../failure.ts';
import { quote } from '../values/quote.ts';
import { characterAt, isSpace, isWord } from './characters.ts';
import { readQuoted, readRaw } from './string-literal.ts';
import type { Token, TokenKind } from './tokens.ts';

const OPERATOR_WORDS: ReadonlySet<string> = new Set([
  'not',
  'in',
  'or',
  'and',
  'matches',
  'contains',
  'startsWith',
  'endsWith',
  'let',
  'if',
  'else',
]);
/** The longest operator that begins here; `?.` and `??` are formed greedily. */
const OPERATOR = /\?[.?]?|\|\|?|::?|[&!=*<>][&=*]?|\.\.?|[,;%+\-^/]/y;
const NUMBER_BY_PREFIX: readonly (readonly [prefix: RegExp, number: RegExp])[] = [
  [/0[xX]/y, /0[xX][0-9a-fA-F_]*(?:\.(?!\.)[0-9a-fA-F_]*)?(?:[eE][+-]?[0-9a-fA-F_]*)?/y],
  [/0[oO]/y, /0[oO][0-7_]*(?:\.(?!\.)[0-7_]*)?(?:[eE][+-]?[0-7_]*)?/y],
  [/0[bB]/y, /0[bB][01_]*(?:\.(?!\.)[01_]*)?(?:[eE][+-]?[01_]*)?/y],
  [/\.?[0-9]/y, /[0-9_]*(?:\.(?!\.)[0-9_]*)?(?:[eE][+-]?[0-9_]*)?/y],
];

export class Lexer {
  readonly #source: string;
  #at = 0;
  /** Right behind a `#`, where every word is the name of a pointer. */
  #pointer = -1;

  constructor(source: string) {
    this.#source = source;
  }

  /** The next token; behind the last one `end`, again and again. @throws Failure where no token begins */
  next(): Token {
    this.#skipSpaceAndComments();
    const at = this.#at;
    const character = characterAt(this.#source, at);
    if (character === '') return { kind: 'end', value: '', at: Math.max(0, at - 1) };
    const literal = this.#literal(character);
    if (literal !== undefined) return literal;
    if (character === '#') return this.#hash();
    if ('([{}])'.includes(character)) return this.#take('bracket', character);
    const operator = this.#match(OPERATOR);
    if (operator !== undefined) return this.#take('operator', operator);
    if (isWord(character)) return this.#word();
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return fail(`unrecognized character: U+${code} '${character}'`, at);
  }

  #literal(character: string): Token | undefined {
    const at = this.#at;
    if (character === "'" || character === '"') {
      const { text, end } = readQuoted(this.#source, at, false);
      this.#at = end;
      return { kind: 'string', value: text, at };
    }
    if (character === '`') {
      const { text, end } = readRaw(this.#source, at);
      this.#at = end;
      return { kind: 'string', value: text, at };
    }
    if (/^[bB]['"]/.test(this.#source.slice(at, at + 2))) {
      const { text, bytes, end } = readQuoted(this.#source, at + 1, true);
      this.#at = end;
      return { kind: 'bytes', value: text, bytes, at };
    }
    return this.#number();
  }

  #number(): Token | undefined {
    const form = NUMBER_BY_PREFIX.find(([prefix]) => this.#match(prefix) !== undefined);
    if (form === undefined) return undefined;
    const at = this.#at;
    const text = this.#match(form[1]) ?? '';
    const behind = characterAt(this.#source, at + text.length);
    if (behind !== '' && isWord(behind)) {
      fail(`bad number syntax: ${quote(text + behind)}`, at + text.length);
    }
    return this.#take('number', text);
  }

  #hash(): Token {
    const token = this.#take('operator', this.#source.startsWith('##', this.#at) ? '##' : '#');
    this.#pointer = this.#at;
    return token;
  }

  #word(): Token {
    let end = this.#at;
    for (
      let next = characterAt(this.#source, end);
      next !== '' && isWord(next);
      next = characterAt(this.#source, end)
    ) {
      end += next.length;
    }
    const word = this.#source.slice(this.#at, end);
    return this.#take(OPERATOR_WORDS.has(word) && this.#at !== this.#pointer ? 'operator' : 'identifier', word);
  }

  #skipSpaceAndComments(): void {
    for (;;) {
      const character = characterAt(this.#source, this.#at);
      if (character !== '' && isSpace(character)) this.#at++;
      else if (this.#source.startsWith('//', this.#at)) this.#skipTo('\n', this.#source.length);
      else if (this.#source.startsWith('/*', this.#at)) this.#skipTo('*/', undefined, 2);
      else return;
    }
  }

  /** Move behind the next `mark`; without one to `otherwise`, or fail. */
  #skipTo(mark: string, otherwise: number | undefined, from = 0): void {
    const found = this.#source.indexOf(mark, this.#at + from);
    if (found < 0 && otherwise === undefined) fail('unclosed comment', this.#source.length);
    this.#at = found < 0 ? (otherwise ?? 0) : found + mark.length;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#source)?.[0];
  }

  #take(kind: TokenKind, value: string): Token {
    const token: Token = { kind, value, at: this.#at };
    this.#at += value.length;
    return token;
  }
}
