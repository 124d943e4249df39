/** Predicate builtins that become others, or one pass instead of two. conditions.md §13. */
import { childrenOf, type BinaryNode, type BuiltinNode, type Node, type PredicateNode } from '../syntax/syntax.ts';
import { sameTree } from './same-tree.ts';
import type { Rewriting } from './rewriting.ts';

/** A call of a builtin with a predicate. */
function withPredicate(node: Node | undefined, name: string): BuiltinNode | undefined {
  return node?.type === 'builtin' && node.name === name && node.arguments.length === 2 ? node : undefined;
}

/** `map(filter(a, P), Q)` is one pass, unless Q uses `#index`. */
export function filterMaps(node: Node, rewriting: Rewriting): Node {
  const map = withPredicate(node, 'map');
  const filter = withPredicate(map?.arguments[0], 'filter');
  const predicate = map?.arguments[1];
  if (filter === undefined || filter.map !== undefined || predicate?.type !== 'predicate') return node;
  if (usesIndex(predicate)) return node;
  return rewriting.inPlaceOf(node, { ...builtin(node, 'filter', filter), map: predicate.body });
}

function usesIndex(tree: Node): boolean {
  const seen = new Set<Node>();
  const open = [tree];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (node.type === 'pointer' && node.name === 'index') return true;
    for (const child of childrenOf(node)) open.push(child);
  }
  return false;
}

/** `len(filter(a, P))` is `count(a, P)`. */
export function filterLengths(node: Node, rewriting: Rewriting): Node {
  if (node.type !== 'builtin' || node.name !== 'len' || node.arguments.length !== 1) return node;
  const filter = withPredicate(node.arguments[0], 'filter');
  return filter === undefined ? node : rewriting.inPlaceOf(node, builtin(node, 'count', filter));
}

/** The first or last hit of a filter is found without looking further. By index, no hit is an error. */
export function filterEnds(node: Node, rewriting: Rewriting): Node {
  const end = endOf(node);
  const filter = withPredicate(end?.list, 'filter');
  if (end === undefined || filter === undefined) return node;
  const found = { ...builtin(node, end.name, filter), throws: end.throws };
  return rewriting.inPlaceOf(node, filter.map === undefined ? found : { ...found, map: filter.map });
}

interface End {
  readonly name: 'find' | 'findLast';
  readonly list: Node | undefined;
  readonly throws: boolean;
}

function endOf(node: Node): End | undefined {
  if (node.type === 'member' && !node.optional && node.property.type === 'integer') {
    if (node.property.value === 0n) return { name: 'find', list: node.base, throws: true };
    if (node.property.value === -1n) return { name: 'findLast', list: node.base, throws: true };
  }
  if (node.type !== 'builtin' || node.arguments.length !== 1) return undefined;
  if (node.name === 'first') return { name: 'find', list: node.arguments[0], throws: false };
  return node.name === 'last' ? { name: 'findLast', list: node.arguments[0], throws: false } : undefined;
}

/** Two passes over the same array, and how their predicates meet in one. */
const COMBINED: ReadonlyMap<string, string> = new Map([
  ['all and', 'and'],
  ['all &&', '&&'],
  ['any or', 'or'],
  ['any ||', '||'],
  ['none and', 'or'],
  ['none &&', '||'],
]);

/** `all(a, P) and all(a, Q)` is one pass with `P and Q`. */
export function combinedPredicates(node: Node, rewriting: Rewriting): Node {
  if (node.type !== 'binary' || node.left.type !== 'builtin' || node.right.type !== 'builtin') return node;
  const { left, right } = node;
  const operator = COMBINED.get(`${left.name} ${node.operator}`);
  if (operator === undefined || left.name !== right.name) return node;
  const [array, first] = left.arguments;
  const [otherArray, second] = right.arguments;
  if (first?.type !== 'predicate' || second?.type !== 'predicate') return node;
  if (array === undefined || otherArray === undefined) return node;
  if (rewriting.typeOf(array) !== rewriting.typeOf(otherArray) || !sameTree(array, otherArray)) return node;
  const both: BinaryNode = { type: 'binary', at: node.at, operator, left: first.body, right: second.body };
  const predicate: PredicateNode = { type: 'predicate', at: node.at, body: combinedPredicates(both, rewriting) };
  return rewriting.inPlaceOf(node, { type: 'builtin', at: node.at, name: left.name, arguments: [array, predicate] });
}

/** `count(a, P) > 0` and `>= 1` are `any(a, P)`. */
export function countsAsAny(node: Node, rewriting: Rewriting): Node {
  if (node.type !== 'binary' || node.right.type !== 'integer') return node;
  const count = withPredicate(node.left, 'count');
  const asksForOne =
    (node.operator === '>' && node.right.value === 0n) || (node.operator === '>=' && node.right.value === 1n);
  return count === undefined || !asksForOne ? node : rewriting.inPlaceOf(node, builtin(node, 'any', count));
}

/** `count(a, P) > n` and the like stop counting when the outcome is settled. */
export function countThresholds(node: Node, rewriting: Rewriting): Node {
  if (node.type !== 'binary' || node.right.type !== 'integer' || node.right.value < 0n) return node;
  const count = withPredicate(node.left, 'count');
  const settled = ENOUGH.get(node.operator);
  if (count === undefined || settled === undefined) return node;
  const threshold = node.right.value + settled;
  if (threshold <= 1n) return node;
  return rewriting.inPlaceOf(node, { ...node, left: rewriting.inPlaceOf(count, { ...count, threshold }) });
}

/** How many more than n settle a comparison with n. */
const ENOUGH: ReadonlyMap<string, bigint> = new Map([
  ['>', 1n],
  ['>=', 0n],
  ['<', 0n],
  ['<=', 1n],
]);

function builtin(at: Node, name: string, source: BuiltinNode): BuiltinNode {
  return { type: 'builtin', at: at.at, name, arguments: source.arguments };
}
