/** Constant folding and the other rewritings that users can notice, in their order. conditions.md §13. */
import type { Checked } from '../check/checking.ts';
import type { Nature } from '../check/nature.ts';
import type { Node } from '../syntax/syntax.ts';
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

const AFTER_FOLDING: readonly Rule[] = [
  rangeTests,
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
  const floats: Rule = (node) =>
    node.type === 'integer' && checked.floats.has(node)
      ? rewriting.literal({ type: 'float', at: node.at, value: Number(node.value) })
      : node;
  let result = applyEverywhere(floats, tree, rewriting);
  result = applyEverywhere(literalSets, result, rewriting);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    rewriting.changed = false;
    result = applyEverywhere(foldConstants, result, rewriting);
    if (!rewriting.changed) break;
  }
  for (const rule of AFTER_FOLDING) result = applyEverywhere(rule, result, rewriting);
  return { tree: result, natures: rewriting.natures };
}
