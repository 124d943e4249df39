/** Do two trees say the same, wherever they stand? */
import { childrenOf, type Node } from '../syntax/syntax.ts';
import { Meter } from '../meter.ts';
import { equal } from '../values/equality.ts';

export function sameTree(left: Node, right: Node): boolean {
  const compared = new Map<Node, Node>();
  const open: (readonly [Node, Node])[] = [[left, right]];
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const [a, b] = pair;
    if (a === b || compared.get(a) === b) continue;
    compared.set(a, b);
    if (!sameHere(a, b)) return false;
    const [ours, theirs] = [childrenOf(a), childrenOf(b)];
    if (ours.length !== theirs.length) return false;
    for (const [index, child] of ours.entries()) open.push([child, theirs[index] as Node]);
  }
  return true;
}

/** The nodes themselves, their parts aside. */
function sameHere(a: Node, b: Node): boolean {
  if (a.type === 'constant' && b.type === 'constant') return equal(a.value, b.value, new Meter());
  if (a.type === 'slice' && b.type === 'slice') return (a.from === undefined) === (b.from === undefined);
  if (a.type === 'bytes' && b.type === 'bytes') return String(a.value) === String(b.value);
  return a.type === b.type && ownMarks(a) === ownMarks(b);
}

function ownMarks(node: Node): string {
  const marks = Object.entries(node).filter(([name, mark]) => name !== 'at' && typeof mark !== 'object');
  return JSON.stringify(marks.map(([name, mark]) => [name, String(mark)]));
}
