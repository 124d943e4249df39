/**
 * What the reference's machine forgets on its stack. The walk of findLast and findLastIndex leaves truth values below its
 * answer: true for each turn, and false when nothing was found. An operand that waits below is then mistaken for the
 * topmost of them: `1 == findLast(xs, # > 2)` compares a bool, whereas `findLast(xs, # > 2) == 1` does what it says.
 */
import { childrenOf, type Node } from '../syntax/syntax.ts';
import type { Value } from '../values/values.ts';
import type { Evaluate, Frame } from './frame.ts';
import type { Generating } from './generating.ts';

/** Can the evaluation of a tree leave something? */
export function leavesRemains(tree: Node): boolean {
  const seen = new Set<Node>();
  const open = [tree];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.type === 'builtin' && (node.name === 'findLast' || node.name === 'findLastIndex')) return true;
    if (seen.has(node)) continue;
    seen.add(node);
    open.push(...childrenOf(node));
  }
  return false;
}

/** Operands that wait for each other. */
export function evaluateTogether(generating: Generating, nodes: readonly Node[]): (frame: Frame) => readonly Value[] {
  const operands = nodes.map((node) => generating.generate(node));
  return together(operands, nodes.slice(1).some(leavesRemains));
}

/** @param disturbed one but the first can leave something, which the others are then mistaken for */
export function together(operands: readonly Evaluate[], disturbed: boolean): (frame: Frame) => readonly Value[] {
  if (!disturbed) return (frame) => operands.map((operand) => operand(frame));
  return (frame) => {
    for (const operand of operands) frame.remains.push(operand(frame));
    return frame.remains.splice(frame.remains.length - operands.length);
  };
}
