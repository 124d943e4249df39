/** What the lexer hands to the parser. conditions.md §3. */
import { quote } from '../values/quote.ts';

export type TokenKind = 'identifier' | 'number' | 'string' | 'bytes' | 'operator' | 'bracket' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** The text; of strings the value without quotes and escapes. */
  readonly value: string;
  /** The value of a bytes literal. */
  readonly bytes?: Uint8Array;
  /** Offset in the condition, UTF-16 units. */
  readonly at: number;
}

const SHOWN: Readonly<Record<TokenKind, string>> = {
  identifier: 'Identifier',
  number: 'Number',
  string: 'String',
  bytes: 'Bytes',
  operator: 'Operator',
  bracket: 'Bracket',
  end: 'EOF',
};

/** As messages show it: `Operator("=")`, `EOF`. */
export function describeToken(token: Token): string {
  return token.value === '' ? SHOWN[token.kind] : `${SHOWN[token.kind]}(${quote(token.value)})`;
}

export function isToken(token: Token, kind: TokenKind, value?: string): boolean {
  return token.kind === kind && (value === undefined || token.value === value);
}
