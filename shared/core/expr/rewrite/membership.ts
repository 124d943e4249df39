/** `in` with literals on the right. conditions.md §6 `in`. */
import type { Node } from '../syntax/syntax.ts';
import { INT, setOf, STRING } from '../values/types.ts';
import { LiteralSet, type Value } from '../values/values.ts';
import type { Rewriting } from './rewriting.ts';

const INT_SET = setOf(INT);
const TEXT_SET = setOf(STRING);

/** A literal array of only strings, or of only ints behind an int, becomes a set: it insists on the type of what it is asked. */
export function literalSets(node: Node, rewriting: Rewriting): Node {
  if (node.type !== 'binary' || node.operator !== 'in' || node.right.type !== 'array') return node;
  const { items, at } = node.right;
  const isInt = rewriting.kindOf(node.left) === 'int';
  const [type, literal] =
    isInt && items.every((item) => item.type === 'integer') ? [INT_SET, 'integer'] : [TEXT_SET, 'string'];
  if (items.length === 0 || !items.every((item) => item.type === literal)) return node;
  const members: Value[] = [];
  for (const item of items) if (item.type === 'integer' || item.type === 'string') members.push(item.value);
  const right: Node = { type: 'constant', at, value: new LiteralSet(type, members) };
  return rewriting.inPlaceOf(node, { ...node, right });
}

/** `n in 1..3` for an int and literal bounds is `n >= 1 and n <= 3`. */
export function rangeTests(node: Node, rewriting: Rewriting): Node {
  if (node.type !== 'binary' || node.operator !== 'in' || rewriting.kindOf(node.left) !== 'int') return node;
  const { left, right: range, at } = node;
  if (range.type !== 'binary' || range.operator !== '..') return node;
  if (range.left.type !== 'integer' || range.right.type !== 'integer') return node;
  const lower: Node = { type: 'binary', at, operator: '>=', left, right: range.left };
  const upper: Node = { type: 'binary', at, operator: '<=', left, right: range.right };
  return rewriting.inPlaceOf(node, { type: 'binary', at, operator: 'and', left: lower, right: upper });
}
