/**
 * Condition text → tree, by operator precedence (Pratt). conditions.md §4. Reads top-down: sequences, let and if,
 * operators, the ternary, operands. Literals, calls and what follows an operand have files of their own.
 */
import { fail } from '../failure.ts';
import { BINARY_PRECEDENCE, isComparison, isNegatable, isRightAssociative, UNARY_PRECEDENCE } from './operators.ts';
import { parseCall } from './parse-call.ts';
import { parseArray, parseMap, parseNumber } from './parse-literal.ts';
import { parsePostfix } from './parse-postfix.ts';
import { Parsing } from './parsing.ts';
import type { BinaryNode, Node } from './syntax.ts';
import type { Token } from './tokens.ts';

/** @throws Failure where the text departs from the grammar */
export function parse(source: string): Node {
  const parsing = new Parsing(source, { expression: parseExpression, sequence: parseSequence });
  const tree = parsing.sequence();
  if (!parsing.is('end')) parsing.unexpected();
  return tree;
}

function parseSequence(parsing: Parsing): Node {
  const first = parsing.expression();
  const nodes = [first];
  while (parsing.skip('operator', ';')) {
    if (parsing.is('end')) break;
    nodes.push(parsing.expression());
  }
  return nodes.length === 1 ? first : parsing.create({ type: 'sequence', at: first.at, nodes });
}

function parseExpression(parsing: Parsing, precedence: number): Node {
  if (precedence === 0 && parsing.is('operator', 'let')) return parseLet(parsing);
  if (precedence === 0 && parsing.is('operator', 'if')) return parseIf(parsing);
  const node = parseOperators(parsing, precedence);
  return precedence === 0 ? parseTernary(parsing, node) : node;
}

function parseLet(parsing: Parsing): Node {
  parsing.advance();
  const name = parsing.expect('identifier');
  parsing.expect('operator', '=');
  const value = parsing.expression();
  parsing.expect('operator', ';');
  const rest = parsing.sequence();
  return parsing.create({ type: 'let', at: name.at, name: name.value, value, rest });
}

function parseIf(parsing: Parsing): Node {
  const { at } = parsing.expect('operator', 'if');
  const condition = parsing.expression();
  const consequent = parseBlock(parsing);
  parsing.expect('operator', 'else');
  const alternative = parsing.is('operator', 'if') ? parsing.expression() : parseBlock(parsing);
  return parsing.create({ type: 'conditional', at, condition, consequent, alternative });
}

function parseBlock(parsing: Parsing): Node {
  parsing.expect('bracket', '{');
  const node = parsing.sequence();
  parsing.expect('bracket', '}');
  return node;
}

/** An operand and the operators behind it that bind at least as tightly as `precedence`. */
function parseOperators(parsing: Parsing, precedence: number): Node {
  let left = parseOperand(parsing);
  let previous = '';
  while (parsing.is('operator')) {
    const operator = takeOperator(parsing, precedence);
    if (operator === undefined) break;
    if (operator.token.value === '|') {
      left = parseCall(parsing, parsing.expect('identifier'), [left]);
    } else if (previous === '??' && operator.token.value !== '??') {
      const { value, at } = operator.token;
      fail(`Operator (${value}) and coalesce expressions (??) cannot be mixed. Wrap either by parentheses.`, at);
    } else {
      left = parseBinary(parsing, left, operator.token, operator.negated);
    }
    previous = operator.token.value;
  }
  return left;
}

/** Steps over a binary operator, `not in` and the like included; undefined when what follows binds less tightly. */
function takeOperator(
  parsing: Parsing,
  precedence: number,
): { readonly token: Token; readonly negated: boolean } | undefined {
  const negated = parsing.is('operator', 'not');
  const not = parsing.current;
  if (negated) {
    parsing.advance();
    if (!isNegatable(parsing.current.value)) parsing.unexpected();
  }
  const binds = BINARY_PRECEDENCE.get(parsing.current.value);
  if (binds !== undefined && binds >= precedence) return { token: parsing.advance(), negated };
  if (negated) parsing.back(not);
  return undefined;
}

function parseBinary(parsing: Parsing, left: Node, token: Token, negated: boolean): Node {
  const operator = token.value;
  const precedence = BINARY_PRECEDENCE.get(operator) ?? 0;
  if (isComparison(operator)) return parseComparison(parsing, left, token, precedence);
  const right = parsing.expression(isRightAssociative(operator) ? precedence : precedence + 1);
  const node = parsing.create<BinaryNode>({ type: 'binary', at: token.at, operator, left, right });
  return negated ? parsing.create({ type: 'unary', at: token.at, operator: 'not', operand: node }) : node;
}

/** `a < b <= c` is `(a < b) && (b <= c)`. conditions.md §4 note 2. */
function parseComparison(parsing: Parsing, first: Node, operator: Token, precedence: number): Node {
  let left = first;
  let token = operator;
  let whole: Node | undefined;
  for (;;) {
    const right = parsing.expression(precedence + 1);
    const comparison: Node = parsing.create({ type: 'binary', at: token.at, operator: token.value, left, right });
    whole =
      whole === undefined
        ? comparison
        : parsing.create({ type: 'binary', at: token.at, operator: '&&', left: whole, right: comparison });
    if (!parsing.is('operator') || !isComparison(parsing.current.value)) return whole;
    left = right;
    token = parsing.advance();
  }
}

/** `c ? a : b`, `c ?: b` */
function parseTernary(parsing: Parsing, first: Node): Node {
  let node = first;
  while (parsing.is('operator', '?')) {
    const { at } = parsing.advance();
    const condition = node;
    let consequent = condition;
    if (!parsing.skip('operator', ':')) {
      consequent = parsing.expression();
      parsing.expect('operator', ':');
    }
    const alternative = parsing.expression();
    node = parsing.create({ type: 'conditional', at, condition, consequent, alternative });
  }
  return node;
}

function parseOperand(parsing: Parsing): Node {
  const token = parsing.current;
  const unary = token.kind === 'operator' ? UNARY_PRECEDENCE.get(token.value) : undefined;
  if (unary !== undefined) {
    parsing.advance();
    const operand = parsing.expression(unary);
    return parsePostfix(parsing, parsing.create({ type: 'unary', at: token.at, operator: token.value, operand }));
  }
  if (parsing.skip('bracket', '(')) {
    const inner = parsing.sequence();
    parsing.expect('bracket', ')');
    return parsePostfix(parsing, inner);
  }
  if (parsing.predicates > 0 && (parsing.is('operator', '#') || parsing.is('operator', '.'))) {
    return parsePostfix(parsing, parsePointer(parsing));
  }
  if (parsing.skip('operator', '::'))
    return parsePostfix(parsing, parseCall(parsing, parsing.expect('identifier'), []));
  return parsePlainOperand(parsing);
}

/** `#`, `#index`; the `.` of `.name` is left for what follows. */
function parsePointer(parsing: Parsing): Node {
  const { at } = parsing.current;
  const named = parsing.skip('operator', '#') && parsing.is('identifier');
  return parsing.create({ type: 'pointer', at, name: named ? parsing.advance().value : '' });
}

function parsePlainOperand(parsing: Parsing): Node {
  const token = parsing.current;
  const { at } = token;
  switch (token.kind) {
    case 'identifier':
      return parseWord(parsing);
    case 'number':
      return parseNumber(parsing);
    case 'string':
      parsing.advance();
      return parsePostfix(parsing, parsing.create({ type: 'string', at, value: token.value }));
    case 'bytes':
      parsing.advance();
      return parsePostfix(parsing, parsing.create({ type: 'bytes', at, value: token.bytes ?? new Uint8Array() }));
    case 'operator':
    case 'bracket':
    case 'end':
      if (token.value === '[') return parsePostfix(parsing, parseArray(parsing));
      if (token.value === '{') return parsePostfix(parsing, parseMap(parsing));
      return parsing.unexpected();
  }
}

function parseWord(parsing: Parsing): Node {
  const token = parsing.advance();
  const { at, value: name } = token;
  if (name === 'true' || name === 'false') return parsing.create({ type: 'bool', at, value: name === 'true' });
  if (name === 'nil') return parsing.create({ type: 'nil', at });
  const called = parsing.is('bracket', '(');
  return parsePostfix(
    parsing,
    called ? parseCall(parsing, token, []) : parsing.create({ type: 'identifier', at, name }),
  );
}
