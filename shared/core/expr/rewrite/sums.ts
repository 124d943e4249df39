/** Sums that need no loop. conditions.md §13. */
import type { BuiltinNode, Node } from '../syntax/syntax.ts';
import { wrap } from '../values/integers.ts';
import type { Rewriting } from './rewriting.ts';

interface Range {
  readonly count: bigint;
  readonly sum: bigint;
}

/** `sum(1..n)`, with simple predicates, and `reduce(1..n, # + #acc)` are known at once. */
export function rangeSums(node: Node, rewriting: Rewriting): Node {
  if (node.type !== 'builtin') return node;
  const range = literalRange(node.arguments[0]);
  if (range === undefined) return node;
  const value =
    node.name === 'sum' ? sumOf(node, range) : node.name === 'reduce' ? reductionOf(node, range) : undefined;
  return value === undefined ? node : rewriting.literal({ type: 'integer', at: node.at, value: wrap(value) });
}

/** A range of literal ints that is not empty. Int arithmetic wraps, here too. */
function literalRange(node: Node | undefined): Range | undefined {
  if (node?.type !== 'binary' || node.operator !== '..') return undefined;
  if (node.left.type !== 'integer' || node.right.type !== 'integer') return undefined;
  const [first, last] = [node.left.value, node.right.value];
  if (last < first) return undefined;
  const count = wrap(last - first + 1n);
  return { count, sum: wrap(count * wrap(first + last)) / 2n };
}

function sumOf(node: BuiltinNode, { sum, count }: Range): bigint | undefined {
  const predicate = node.arguments[1];
  if (predicate === undefined) return sum;
  if (predicate.type !== 'predicate') return undefined;
  const { body } = predicate;
  if (isItem(body)) return sum;
  if (body.type !== 'binary') return undefined;
  const constant = isItem(body.left) ? body.right : isItem(body.right) ? body.left : undefined;
  if (constant?.type !== 'integer') return undefined;
  switch (body.operator) {
    case '*':
      return constant.value * sum;
    case '+':
      return sum + count * constant.value;
    case '-':
      return isItem(body.left) ? sum - count * constant.value : count * constant.value - sum;
  }
  return undefined;
}

function reductionOf(node: BuiltinNode, { sum }: Range): bigint | undefined {
  const [, predicate, initial] = node.arguments;
  if (predicate?.type !== 'predicate' || predicate.body.type !== 'binary' || predicate.body.operator !== '+') {
    return undefined;
  }
  const { left, right } = predicate.body;
  const adds = (isItem(left) && isAccumulator(right)) || (isAccumulator(left) && isItem(right));
  if (!adds) return undefined;
  if (initial === undefined) return sum;
  return initial.type === 'integer' ? initial.value + sum : undefined;
}

function isItem(node: Node): boolean {
  return node.type === 'pointer' && node.name === '';
}

function isAccumulator(node: Node): boolean {
  return node.type === 'pointer' && node.name === 'acc';
}

/** `sum([x, y, z])` is `x + (y + z)`: it joins strings and adds durations as well. */
export function arraySums(node: Node, rewriting: Rewriting): Node {
  if (node.type !== 'builtin' || node.name !== 'sum' || node.arguments.length !== 1) return node;
  const array = node.arguments[0];
  if (array?.type !== 'array' || array.items.length < 2) return node;
  return rewriting.inPlaceOf(node, {
    type: 'builtin',
    at: node.at,
    name: 'sum',
    arguments: array.items,
    joined: true,
  });
}

/** `sum(map(a, P))` is `sum(a, P)`. */
export function mapSums(node: Node, rewriting: Rewriting): Node {
  if (node.type !== 'builtin' || node.name !== 'sum' || node.arguments.length !== 1) return node;
  const map = node.arguments[0];
  if (map?.type !== 'builtin' || map.name !== 'map' || map.arguments.length !== 2) return node;
  return rewriting.inPlaceOf(node, { type: 'builtin', at: node.at, name: 'sum', arguments: map.arguments });
}
