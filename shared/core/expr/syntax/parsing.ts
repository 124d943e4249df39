/** The state of one parse, shared by the files of the parser. */
import { fail } from '../failure.ts';
import { MAX_NODES, MAX_SYNTAX_DEPTH } from '../limits.ts';
import { Lexer } from './lexer.ts';
import { childrenOf, type Node } from './syntax.ts';
import { describeToken, isToken, type Token, type TokenKind } from './tokens.ts';

/** The grammar's recursive rules; given in, so that the files of the parser need not import each other. */
export interface Grammar {
  expression(parsing: Parsing, precedence: number): Node;
  sequence(parsing: Parsing): Node;
}

export class Parsing {
  /** The token under the eye. */
  current: Token;
  /** How many predicates are open: `#` exists inside only. */
  predicates = 0;
  readonly #lexer: Lexer;
  readonly #grammar: Grammar;
  readonly #depths = new Map<Node, number>();
  #put: Token | undefined;
  #nodes = 0;
  #nesting = 0;

  constructor(source: string, grammar: Grammar) {
    this.#lexer = new Lexer(source);
    this.#grammar = grammar;
    this.current = this.#lexer.next();
  }

  /** Go on to the next token; gives the one that was current. */
  advance(): Token {
    const token = this.current;
    this.current = this.#put ?? this.#lexer.next();
    this.#put = undefined;
    return token;
  }

  /** Step back: `previous` is current again, and what is current now comes next. */
  back(previous: Token): void {
    this.#put = this.current;
    this.current = previous;
  }

  is(kind: TokenKind, value?: string): boolean {
    return isToken(this.current, kind, value);
  }

  /** Step over a token that must stand here. */
  expect(kind: TokenKind, value?: string): Token {
    return this.is(kind, value) ? this.advance() : this.unexpected();
  }

  /** Step over a token that may stand here. */
  skip(kind: TokenKind, value: string): boolean {
    const found = this.is(kind, value);
    if (found) this.advance();
    return found;
  }

  unexpected(token: Token = this.current): never {
    return fail(`unexpected token ${describeToken(token)}`, token.at);
  }

  /** A full expression, or one whose operators bind at least as tightly as `precedence`. */
  expression(precedence = 0): Node {
    return this.#nested(() => this.#grammar.expression(this, precedence));
  }

  /** `a; b; c` */
  sequence(): Node {
    return this.#nested(() => this.#grammar.sequence(this));
  }

  /** Count a node in. @throws Failure when there are too many or they nest too deeply */
  create<T extends Node>(node: T): T {
    if (++this.#nodes > MAX_NODES) fail('compilation failed: expression exceeds maximum allowed nodes', node.at);
    const depth = this.#depthOf(node);
    if (depth > MAX_SYNTAX_DEPTH) tooDeep(node.at);
    this.#depths.set(node, depth);
    return node;
  }

  /** Left operands do not count: chains of operators are walked in loops. */
  #depthOf(node: Node): number {
    let depth = 0;
    for (const child of childrenOf(node)) {
      const below = this.#depths.get(child) ?? 0;
      depth = Math.max(depth, node.type === 'binary' && child === node.left ? below : below + 1);
    }
    return depth;
  }

  #nested(rule: () => Node): Node {
    if (++this.#nesting > 2 * MAX_SYNTAX_DEPTH) tooDeep(this.current.at);
    const node = rule();
    this.#nesting--;
    return node;
  }
}

function tooDeep(at: number): never {
  return fail(`expression nests deeper than ${MAX_SYNTAX_DEPTH} levels`, at);
}
