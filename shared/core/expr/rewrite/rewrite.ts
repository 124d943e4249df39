/** Constant folding and the other rewritings that users can notice, in their order. conditions.md §13. */
import type { Checked } from '../check/checking.ts';
import type { Nature } from '../check/nature.ts';
import { childrenOf, type Node } from '../syntax/syntax.ts';
import { foldConstants } from './fold.ts';
import { literalSets, rangeTests } from './membership.ts';
import {
  combinedPredicates,
  countThresholds,
  countsAsAny,
  filterEnds,
  filterLengths,
  filterMaps,
} from './predicates.ts';
import { applyEverywhere, Rewriting, type Rule } from './rewriting.ts';
import { arraySums, mapSums, rangeSums } from './sums.ts';

export interface Rewritten {
  readonly tree: Node;
  readonly natures: ReadonlyMap<Node, Nature>;
}

/** About predicate builtins: nothing to do in texts without any. */
const ABOUT_BUILTINS: readonly Rule[] = [
  filterMaps,
  filterLengths,
  filterEnds,
  combinedPredicates,
  rangeSums,
  arraySums,
  mapSums,
  countsAsAny,
  countThresholds,
];
/** Folding is repeated until nothing changes; each round makes the tree smaller. */
const MAX_ROUNDS = 1_000;

/** @throws Failure for an integer division by a literal zero, wherever it stands */
export function rewrite(tree: Node, checked: Checked): Rewritten {
  const rewriting = new Rewriting(checked);
  const apply = (rules: readonly Rule[], node: Node): Node =>
    rules.reduce((result, rule) => applyEverywhere(rule, result, rewriting), node);

  const contents = contentsOf(tree);
  let result = tree;
  if (checked.floats.size > 0) result = apply([floatLiterals(checked)], result);
  if (contents.hasMembership) result = apply([literalSets], result);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    rewriting.changed = false;
    result = apply([foldConstants], result);
    if (!rewriting.changed) break;
  }
  if (contents.hasMembership) result = apply([rangeTests], result);
  if (contents.hasBuiltins) result = apply(ABOUT_BUILTINS, result);
  return { tree: result, natures: rewriting.natures };
}

/** `isNaN(1)`: integer literals that stand where a float is wanted. conditions.md §12. */
function floatLiterals(checked: Checked): Rule {
  return (node, rewriting) =>
    node.type === 'integer' && checked.floats.has(node)
      ? rewriting.literal({ type: 'float', at: node.at, value: Number(node.value) })
      : node;
}

function contentsOf(tree: Node): { readonly hasBuiltins: boolean; readonly hasMembership: boolean } {
  const seen = new Set<Node>();
  let hasMembership = false;
  let hasBuiltins = false;
  const open = [tree];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    hasBuiltins ||= node.type === 'builtin';
    hasMembership ||= node.type === 'binary' && node.operator === 'in';
    for (const child of childrenOf(node)) open.push(child);
  }
  return { hasBuiltins, hasMembership };
}
