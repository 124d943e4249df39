/** Walking and replacing: what the rewriting rules share. Trees are not changed; new ones are made where needed. */
import type { Checked } from '../check/checking.ts';
import { natureOf, type Nature } from '../check/nature.ts';
import type { Node } from '../syntax/syntax.ts';
import { BOOL, FLOAT, INT, STRING, type Kind, type Type } from '../values/types.ts';

export class Rewriting {
  /** What is known of every node, the new ones included. */
  readonly natures: Map<Node, Nature>;
  /** Something was replaced since this was last reset. */
  changed = false;

  constructor(checked: Checked) {
    this.natures = new Map(checked.natures);
  }

  /** Undefined when nothing is known, or anything may be. */
  kindOf(node: Node): Kind | undefined {
    return this.natures.get(node)?.type?.kind;
  }

  typeOf(node: Node): Type | undefined {
    return this.natures.get(node)?.type;
  }

  /** `fresh` stands where `old` stood, and is known to be what it was. */
  inPlaceOf<T extends Node>(old: Node, fresh: T): T {
    this.changed = true;
    const nature = this.natures.get(old);
    if (nature !== undefined) this.natures.set(fresh, nature);
    return fresh;
  }

  /** A literal whose type speaks for itself. */
  literal<T extends Node>(fresh: T): T {
    this.changed = true;
    const type = LITERAL_TYPES[fresh.type];
    if (type !== undefined) this.natures.set(fresh, natureOf(type));
    return fresh;
  }
}

const LITERAL_TYPES: Readonly<Partial<Record<Node['type'], Type>>> = {
  bool: BOOL,
  integer: INT,
  float: FLOAT,
  string: STRING,
};

/** What to put in place of a node whose parts are done; the node itself to leave it. */
export type Rule = (node: Node, rewriting: Rewriting) => Node;

/** Apply a rule to every node, parts first. What rewriting has moved into `map` is left alone. */
export function applyEverywhere(rule: Rule, tree: Node, rewriting: Rewriting): Node {
  const done = new Map<Node, Node>();

  function visit(node: Node): Node {
    const found = done.get(node);
    if (found !== undefined) return found;
    if (node.type === 'binary') return visitChain(node);
    return finish(node, withParts(node, visit));
  }

  /** Chains of operators lean to the left and may be thousands long: they are walked from the bottom up. */
  function visitChain(top: Node): Node {
    const chain = [];
    let lowest = top;
    while (lowest.type === 'binary' && !done.has(lowest)) {
      chain.push(lowest);
      lowest = lowest.left;
    }
    let result = visit(lowest);
    for (const node of chain.toReversed()) {
      const right = visit(node.right);
      const same = result === node.left && right === node.right;
      result = finish(node, same ? node : { ...node, left: result, right });
    }
    return result;
  }

  function finish(old: Node, node: Node): Node {
    const nature = rewriting.natures.get(old);
    if (node !== old && nature !== undefined) rewriting.natures.set(node, nature);
    const result = rule(node, rewriting);
    done.set(old, result);
    return result;
  }

  return visit(tree);
}

/** The node with each of its parts replaced; the node itself when none changes. */
function withParts(node: Node, visit: (part: Node) => Node): Node {
  let changed = false;
  const fresh = copyWith(node, (part) => {
    const result = visit(part);
    changed ||= result !== part;
    return result;
  });
  return changed ? fresh : node;
}

function copyWith(node: Node, visit: (part: Node) => Node): Node {
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
      return node;
    case 'unary':
      return { ...node, operand: visit(node.operand) };
    case 'binary':
      return { ...node, left: visit(node.left), right: visit(node.right) };
    case 'chain':
      return { ...node, path: visit(node.path) };
    case 'member':
      return { ...node, base: visit(node.base), property: visit(node.property) };
    case 'slice':
      return { ...node, base: visit(node.base), from: node.from && visit(node.from), to: node.to && visit(node.to) };
    case 'call':
      return { ...node, callee: visit(node.callee), arguments: node.arguments.map(visit) };
    case 'builtin':
      return { ...node, arguments: node.arguments.map(visit) };
    case 'predicate':
      return { ...node, body: visit(node.body) };
    case 'let':
      return { ...node, value: visit(node.value), rest: visit(node.rest) };
    case 'sequence':
      return { ...node, nodes: node.nodes.map(visit) };
    case 'conditional':
      return {
        ...node,
        condition: visit(node.condition),
        consequent: visit(node.consequent),
        alternative: visit(node.alternative),
      };
    case 'array':
      return { ...node, items: node.items.map(visit) };
    case 'map':
      return { ...node, pairs: node.pairs.map(visit) };
    case 'pair':
      return { ...node, key: visit(node.key), value: visit(node.value) };
  }
}
