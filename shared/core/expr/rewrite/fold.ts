/** Constant folding. conditions.md §13: arithmetic, signs, `not`, `and`/`or`, and `==` of two ints, texts or bools. */
import { fail } from '../failure.ts';
import type { ArrayNode, BinaryNode, BuiltinNode, Node, UnaryNode } from '../syntax/syntax.ts';
import { add, divide, multiply, negate, power, subtract } from '../values/arithmetic.ts';
import { wrap } from '../values/integers.ts';
import { ItemList, type Value } from '../values/values.ts';
import type { Rewriting } from './rewriting.ts';

export function foldConstants(node: Node, rewriting: Rewriting): Node {
  switch (node.type) {
    case 'unary':
      return foldUnary(node, rewriting);
    case 'binary':
      return foldBinary(node, rewriting);
    case 'array':
      return foldArray(node, rewriting);
    case 'builtin':
      return foldFilters(node, rewriting);
    default:
      return node;
  }
}

function foldUnary(node: UnaryNode, rewriting: Rewriting): Node {
  const { operator, operand, at } = node;
  if (operator === '!' || operator === 'not') {
    return operand.type === 'bool' ? rewriting.literal({ type: 'bool', at, value: !operand.value }) : node;
  }
  if (operand.type !== 'integer' && operand.type !== 'float') return node;
  const value = operator === '-' ? negate(operand.value) : operand.value;
  return literalOf(value, at, rewriting) ?? node;
}

function foldBinary(node: BinaryNode, rewriting: Rewriting): Node {
  switch (node.operator) {
    case 'and':
    case '&&':
      return foldLogic(node, true, rewriting);
    case 'or':
    case '||':
      return foldLogic(node, false, rewriting);
    case '==':
      return foldEquality(node, rewriting);
    case '%':
      return foldModulo(node, rewriting);
    default:
      return foldArithmetic(node, rewriting);
  }
}

/** `x and true` is `x`, `x and false` is false, on either side, without evaluating `x`; for `or` the other way round. */
function foldLogic(node: BinaryNode, neutral: boolean, rewriting: Rewriting): Node {
  const { left, right } = node;
  if (left.type === 'bool' && left.value === neutral) return rewriting.inPlaceOf(node, { ...right });
  if (right.type === 'bool' && right.value === neutral) return rewriting.inPlaceOf(node, { ...left });
  if (left.type !== 'bool' && right.type !== 'bool') return node;
  return rewriting.literal({ type: 'bool', at: node.at, value: !neutral });
}

function foldEquality(node: BinaryNode, rewriting: Rewriting): Node {
  const { left, right } = node;
  const comparable =
    (left.type === 'integer' && right.type === 'integer') ||
    (left.type === 'string' && right.type === 'string') ||
    (left.type === 'bool' && right.type === 'bool');
  return comparable ? rewriting.literal({ type: 'bool', at: node.at, value: left.value === right.value }) : node;
}

function foldModulo(node: BinaryNode, rewriting: Rewriting): Node {
  const { left, right } = node;
  if (left.type !== 'integer' || right.type !== 'integer') return node;
  if (right.value === 0n) return fail('integer divide by zero', node.at);
  return rewriting.literal({ type: 'integer', at: node.at, value: wrap(left.value % right.value) });
}

const ARITHMETIC: ReadonlyMap<string, (left: Value, right: Value) => Value> = new Map([
  ['+', add],
  ['-', subtract],
  ['*', multiply],
  ['/', divide],
  ['**', power],
  ['^', power],
]);

function foldArithmetic(node: BinaryNode, rewriting: Rewriting): Node {
  const { left, right, operator } = node;
  const compute = ARITHMETIC.get(operator);
  const numbers =
    (left.type === 'integer' || left.type === 'float') && (right.type === 'integer' || right.type === 'float');
  const texts = operator === '+' && left.type === 'string' && right.type === 'string';
  if (compute === undefined || (!numbers && !texts)) return node;
  return literalOf(compute(left.value, right.value), node.at, rewriting) ?? node;
}

function literalOf(value: Value, at: number, rewriting: Rewriting): Node | undefined {
  if (typeof value === 'bigint') return rewriting.literal({ type: 'integer', at, value });
  if (typeof value === 'number') return rewriting.literal({ type: 'float', at, value });
  return typeof value === 'string' ? rewriting.literal({ type: 'string', at, value }) : undefined;
}

/** An array of nothing but literals becomes one value. */
function foldArray(node: ArrayNode, rewriting: Rewriting): Node {
  const values: Value[] = [];
  for (const item of node.items) {
    const isLiteral =
      item.type === 'integer' || item.type === 'float' || item.type === 'string' || item.type === 'bool';
    if (!isLiteral) return node;
    values.push(item.value);
  }
  if (values.length === 0) return node;
  return rewriting.inPlaceOf(node, { type: 'constant', at: node.at, value: new ItemList(values) });
}

/** `filter(filter(a, P), Q)` is one pass with `P && Q`. */
function foldFilters(node: BuiltinNode, rewriting: Rewriting): Node {
  const [inner, outer] = node.arguments;
  if (node.name !== 'filter' || inner?.type !== 'builtin' || inner.name !== 'filter') return node;
  const [collection, first] = inner.arguments;
  if (collection === undefined || first?.type !== 'predicate' || outer?.type !== 'predicate') return node;
  const body: Node = { type: 'binary', at: outer.at, operator: '&&', left: first.body, right: outer.body };
  const predicate: Node = { type: 'predicate', at: outer.at, body };
  return rewriting.inPlaceOf(node, {
    type: 'builtin',
    at: node.at,
    name: 'filter',
    arguments: [collection, predicate],
  });
}
