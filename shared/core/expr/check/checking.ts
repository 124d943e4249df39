/** The state of one static check, shared by the files of the checker. */
import { fail } from '../failure.ts';
import type { IntegerNode, Node } from '../syntax/syntax.ts';
import type { Nature } from './nature.ts';

/** What the checker found out about a tree. */
export interface Checked {
  /** Parts without an entry were not looked at: nothing is known about them. */
  readonly natures: ReadonlyMap<Node, Nature>;
  /** Integer literals that stand where a float is wanted. conditions.md §12 `isNaN`. */
  readonly floats: ReadonlySet<IntegerNode>;
}

/** One open predicate. */
export interface PredicateScope {
  readonly collection: Nature;
  /** `#index`, `#acc`. */
  readonly pointers: ReadonlyMap<string, Nature>;
}

export interface Variable {
  readonly name: string;
  readonly nature: Nature;
}

export class Checking implements Checked {
  readonly natures = new Map<Node, Nature>();
  readonly floats = new Set<IntegerNode>();
  readonly environment: ReadonlyMap<string, Nature>;
  readonly predicates: PredicateScope[] = [];
  readonly variables: Variable[] = [];
  readonly #rule: (checking: Checking, node: Node) => Nature;

  constructor(environment: ReadonlyMap<string, Nature>, rule: (checking: Checking, node: Node) => Nature) {
    this.environment = environment;
    this.#rule = rule;
  }

  /** The nature of a node. A node that stands in two places is looked at once. @throws Failure for the first problem */
  visit(node: Node): Nature {
    const known = this.natures.get(node);
    if (known !== undefined) return known;
    const nature = this.#rule(this, node);
    this.natures.set(node, nature);
    return nature;
  }

  problem(node: Node, message: string): never {
    return fail(message, node.at);
  }
}
