/** Members and indexes, and paths with `?.` in them. conditions.md §7. */
import type { CallNode, ChainNode, MemberNode, Node } from '../syntax/syntax.ts';
import { fetch } from '../values/access.ts';
import { isNil, ItemList, type Value } from '../values/values.ts';
import type { Evaluate, Frame } from './frame.ts';
import { callValue } from './generate-calls.ts';
import type { Generating } from './generating.ts';
import { evaluateTogether } from './remains.ts';

/** Stands for "a `?.` found nil": the rest of the path is skipped. */
const CUT: unique symbol = Symbol('cut');
type Path = (frame: Frame) => Value | typeof CUT;

export function generateMember(generating: Generating, node: MemberNode): Evaluate {
  const { base, property } = node;
  if (property.type === 'integer' && property.value >= 0n) return indexed(generating.generate(base), property.value);
  const evaluate = evaluateTogether(generating, [base, property]);
  return (frame) => {
    const [value = null, key = null] = evaluate(frame);
    return fetch(value, key, frame.meter);
  };
}

/** An item at a literal index. */
function indexed(base: Evaluate, key: bigint): Evaluate {
  const index = Number(key);
  return (frame) => {
    const value = base(frame);
    if (value instanceof ItemList && index < value.length) return value.items[index] as Value;
    return fetch(value, key, frame.meter);
  };
}

export function generateChain(generating: Generating, node: ChainNode): Evaluate {
  const path = generatePath(generating, node.path);
  return (frame) => {
    const value = path(frame);
    return value === CUT || isNil(value) ? null : value;
  };
}

function generatePath(generating: Generating, node: Node): Path {
  if (node.type === 'member') return generateLink(generating, node);
  return node.type === 'call' && node.callee.type === 'member'
    ? generatePathCall(generating, node, node.callee)
    : generating.generate(node);
}

function generateLink(generating: Generating, node: MemberNode): Path {
  const base = generatePath(generating, node.base);
  const key = generating.generate(node.property);
  const { optional } = node;
  return (frame) => {
    const value = base(frame);
    if (value === CUT || (optional && isNil(value))) return CUT;
    return fetch(value, key(frame), frame.meter);
  };
}

function generatePathCall(generating: Generating, node: CallNode, callee: MemberNode): Path {
  const given = node.arguments.map((argument) => generating.generate(argument));
  const path = generatePath(generating, callee);
  return (frame) => {
    const values = given.map((argument) => argument(frame));
    const called = path(frame);
    return called === CUT ? CUT : callValue(called, values, frame.meter);
  };
}
