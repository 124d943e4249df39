/** Number, array and map literals. conditions.md §4 note 7. */
import { fail } from '../failure.ts';
import { readNumber } from './number-literal.ts';
import type { Parsing } from './parsing.ts';
import type { Node } from './syntax.ts';
import { describeToken } from './tokens.ts';

export function parseNumber(parsing: Parsing): Node {
  const { value, at } = parsing.advance();
  return parsing.create({ ...readNumber(value, at), at });
}

/** `[a, b,]` */
export function parseArray(parsing: Parsing): Node {
  const { at } = parsing.expect('bracket', '[');
  return parsing.create({ type: 'array', at, items: parseItems(parsing, ']', () => parsing.expression()) });
}

/** `{k: v,}` */
export function parseMap(parsing: Parsing): Node {
  const { at } = parsing.expect('bracket', '{');
  const pairs = parseItems(parsing, '}', () => {
    const key = parseKey(parsing);
    parsing.expect('operator', ':');
    const value = parsing.expression();
    return parsing.create({ type: 'pair', at, key, value });
  });
  return parsing.create({ type: 'map', at, pairs });
}

/** A name, string or number, each taken as text, or an expression that begins with a parenthesis. */
function parseKey(parsing: Parsing): Node {
  const token = parsing.current;
  if (token.kind === 'identifier' || token.kind === 'string' || token.kind === 'number') {
    parsing.advance();
    return parsing.create({ type: 'string', at: token.at, value: token.value });
  }
  if (parsing.is('bracket', '(')) return parsing.expression();
  const found = describeToken(token);
  return fail(
    `a map key must be a quoted string, a number, a identifier, or an expression enclosed in parentheses (unexpected token ${found})`,
    token.at,
  );
}

/** Items up to the closing bracket; one trailing comma is allowed. */
export function parseItems(parsing: Parsing, close: string, item: () => Node): readonly Node[] {
  const items: Node[] = [];
  while (!parsing.is('bracket', close)) {
    if (items.length > 0) {
      parsing.expect('operator', ',');
      if (parsing.is('bracket', close)) break;
    }
    items.push(item());
  }
  parsing.expect('bracket', close);
  return items;
}
