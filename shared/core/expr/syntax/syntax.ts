/** The tree of a condition. conditions.md §4. Nodes are never changed; `at` is the offset in the text. */
import type { Value } from '../values/values.ts';

export type Node =
  | NilNode
  | IdentifierNode
  | IntegerNode
  | FloatNode
  | BoolNode
  | StringNode
  | BytesNode
  | ConstantNode
  | UnaryNode
  | BinaryNode
  | ChainNode
  | MemberNode
  | SliceNode
  | CallNode
  | BuiltinNode
  | PredicateNode
  | PointerNode
  | LetNode
  | SequenceNode
  | ConditionalNode
  | ArrayNode
  | MapNode
  | PairNode;

export interface NilNode {
  readonly type: 'nil';
  readonly at: number;
}
export interface IdentifierNode {
  readonly type: 'identifier';
  readonly at: number;
  readonly name: string;
}
export interface IntegerNode {
  readonly type: 'integer';
  readonly at: number;
  readonly value: bigint;
}
export interface FloatNode {
  readonly type: 'float';
  readonly at: number;
  readonly value: number;
}
export interface BoolNode {
  readonly type: 'bool';
  readonly at: number;
  readonly value: boolean;
}
export interface StringNode {
  readonly type: 'string';
  readonly at: number;
  readonly value: string;
}
export interface BytesNode {
  readonly type: 'bytes';
  readonly at: number;
  readonly value: Uint8Array;
}
/** A value that rewriting computed: a literal array, the set behind `in`. */
export interface ConstantNode {
  readonly type: 'constant';
  readonly at: number;
  readonly value: Value;
}
export interface UnaryNode {
  readonly type: 'unary';
  readonly at: number;
  readonly operator: string;
  readonly operand: Node;
}
export interface BinaryNode {
  readonly type: 'binary';
  readonly at: number;
  readonly operator: string;
  readonly left: Node;
  readonly right: Node;
}
/** A path with `?.` in it: where that finds nil, the whole path is nil. */
export interface ChainNode {
  readonly type: 'chain';
  readonly at: number;
  readonly path: Node;
}
export interface MemberNode {
  readonly type: 'member';
  readonly at: number;
  readonly base: Node;
  readonly property: Node;
  /** Written `?.`. */
  readonly optional: boolean;
  /** Followed by arguments. */
  readonly method: boolean;
}
export interface SliceNode {
  readonly type: 'slice';
  readonly at: number;
  readonly base: Node;
  readonly from: Node | undefined;
  readonly to: Node | undefined;
}
export interface CallNode {
  readonly type: 'call';
  readonly at: number;
  readonly callee: Node;
  readonly arguments: readonly Node[];
}
export interface BuiltinNode {
  readonly type: 'builtin';
  readonly at: number;
  readonly name: string;
  readonly arguments: readonly Node[];
  /** Set by rewriting: what a hit of filter, find or findLast becomes. */
  readonly map?: Node;
  /** Set by rewriting: find and findLast fail when nothing matches. */
  readonly throws?: boolean;
  /** Set by rewriting: count stops at this number. */
  readonly threshold?: bigint;
  /** Set by rewriting: sum adds up its arguments, beginning with the last two. */
  readonly joined?: true;
}
export interface PredicateNode {
  readonly type: 'predicate';
  readonly at: number;
  readonly body: Node;
}
/** `#` (empty name), `#index`, `#acc`. */
export interface PointerNode {
  readonly type: 'pointer';
  readonly at: number;
  readonly name: string;
}
export interface LetNode {
  readonly type: 'let';
  readonly at: number;
  readonly name: string;
  readonly value: Node;
  readonly rest: Node;
}
export interface SequenceNode {
  readonly type: 'sequence';
  readonly at: number;
  readonly nodes: readonly Node[];
}
export interface ConditionalNode {
  readonly type: 'conditional';
  readonly at: number;
  readonly condition: Node;
  readonly consequent: Node;
  readonly alternative: Node;
}
export interface ArrayNode {
  readonly type: 'array';
  readonly at: number;
  readonly items: readonly Node[];
}
export interface MapNode {
  readonly type: 'map';
  readonly at: number;
  readonly pairs: readonly Node[];
}
export interface PairNode {
  readonly type: 'pair';
  readonly at: number;
  readonly key: Node;
  readonly value: Node;
}

/** The direct parts of a node, in the order in which they are written. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.type) {
    case 'nil':
    case 'identifier':
    case 'integer':
    case 'float':
    case 'bool':
    case 'string':
    case 'bytes':
    case 'constant':
    case 'pointer':
      return [];
    case 'unary':
      return [node.operand];
    case 'binary':
      return [node.left, node.right];
    case 'chain':
      return [node.path];
    case 'member':
      return [node.base, node.property];
    case 'slice':
      return [node.base, node.from, node.to].filter((part) => part !== undefined);
    case 'call':
      return [node.callee, ...node.arguments];
    case 'builtin':
      return node.map === undefined ? node.arguments : [...node.arguments, node.map];
    case 'predicate':
      return [node.body];
    case 'let':
      return [node.value, node.rest];
    case 'sequence':
      return node.nodes;
    case 'conditional':
      return [node.condition, node.consequent, node.alternative];
    case 'array':
      return node.items;
    case 'map':
      return node.pairs;
    case 'pair':
      return [node.key, node.value];
  }
}
