/** The state of one generation, shared by the files of the generator. */
import type { Nature } from '../check/nature.ts';
import type { Environment } from '../environment.ts';
import { Failure } from '../failure.ts';
import { childrenOf, type Node } from '../syntax/syntax.ts';
import type { Kind, Type } from '../values/types.ts';
import type { Evaluate } from './frame.ts';

export class Generating {
  readonly environment: Environment;
  readonly #natures: ReadonlyMap<Node, Nature>;
  readonly #rule: (generating: Generating, node: Node) => Evaluate;
  readonly #tracing: boolean;
  readonly #done = new Map<Node, Evaluate>();
  readonly #variables: { readonly name: string; readonly slot: number }[] = [];
  #slots = 0;

  /** @param tracing remember where a failure happens; this makes evaluation slower */
  constructor(
    environment: Environment,
    natures: ReadonlyMap<Node, Nature>,
    rule: (generating: Generating, node: Node) => Evaluate,
    tracing: boolean,
  ) {
    this.environment = environment;
    this.#natures = natures;
    this.#rule = rule;
    this.#tracing = tracing;
  }

  /**
   * A node that stands in two places (`a < b < c`, `c ?: d`) is generated once. Evaluating it again costs steps, since
   * such nodes within such nodes double the work with every level.
   */
  generate(node: Node): Evaluate {
    const known = this.#done.get(node);
    if (known !== undefined) return isLeaf(node) ? known : again(known, workOf(node));
    const evaluate = this.traced(node, this.#rule(this, node));
    this.#done.set(node, evaluate);
    return evaluate;
  }

  /** While tracing: a failure that does not know where it happened learns it here. */
  traced(node: Node, evaluate: Evaluate): Evaluate {
    if (!this.#tracing) return evaluate;
    return (frame) => {
      try {
        return evaluate(frame);
      } catch (error) {
        if (error instanceof Failure) error.at ??= node.at;
        throw error;
      }
    };
  }

  /** Whether failures are to be told where they happened. */
  get isTracing(): boolean {
    return this.#tracing;
  }

  kindOf(node: Node): Kind | undefined {
    return this.typeOf(node)?.kind;
  }

  typeOf(node: Node): Type | undefined {
    return this.#natures.get(node)?.type;
  }

  /** Generate what can see a variable. */
  withVariable(name: string, generate: (slot: number) => Evaluate): Evaluate {
    const slot = this.#slots++;
    this.#variables.push({ name, slot });
    const evaluate = generate(slot);
    this.#variables.pop();
    return evaluate;
  }

  /** The slot of a visible variable. */
  slotOf(name: string): number | undefined {
    return this.#variables.findLast((variable) => variable.name === name)?.slot;
  }
}

function again(evaluate: Evaluate, steps: number): Evaluate {
  return (frame) => {
    frame.meter.charge(steps);
    return evaluate(frame);
  };
}

function isLeaf(node: Node): boolean {
  return childrenOf(node).length === 0;
}

/** Steps of one evaluation of a tree: its nodes, but for the predicates inside, whose loops count for themselves. */
export function workOf(tree: Node): number {
  const seen = new Set<Node>();
  const open = [tree];
  let work = 0;
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node) || (node.type === 'predicate' && node !== tree)) continue;
    seen.add(node);
    work += STEPS[node.type];
    for (const child of childrenOf(node)) open.push(child);
  }
  return work;
}

/** About ten nanoseconds each; what depends on values is charged where it is done. */
const STEPS: Readonly<Record<Node['type'], number>> = {
  nil: 0,
  identifier: 1,
  integer: 0,
  float: 0,
  bool: 0,
  string: 0,
  bytes: 0,
  constant: 0,
  pointer: 1,
  predicate: 0,
  pair: 2,
  sequence: 1,
  conditional: 1,
  let: 2,
  chain: 1,
  unary: 1,
  binary: 1,
  member: 6,
  array: 8,
  map: 40,
  slice: 10,
  call: 12,
  builtin: 12,
};
