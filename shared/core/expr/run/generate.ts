/**
 * Tree → closures. Each node becomes a function of the frame; what is known beforehand (types, literals, patterns) is
 * decided here, once, and not at every evaluation. Operators, paths, calls and predicates have files of their own.
 */
import type { Nature } from '../check/nature.ts';
import { environmentMap, lookUpName, type Environment } from '../environment.ts';
import type {
  BinaryNode,
  BuiltinNode,
  ConditionalNode,
  LetNode,
  MapNode,
  Node,
  PointerNode,
  SequenceNode,
  SliceNode,
  UnaryNode,
} from '../syntax/syntax.ts';
import { lengthOf, slice } from '../values/access.ts';
import { negate } from '../values/arithmetic.ts';
import { asBoolean, asText } from '../values/assertions.ts';
import { ByteList, ItemList, List, StringMap, type Value } from '../values/values.ts';
import type { Evaluate, Frame } from './frame.ts';
import { generateBuiltin, generateCall } from './generate-calls.ts';
import { generateStep, type Step } from './generate-operators.ts';
import { generateChain, generateMember } from './generate-paths.ts';
import { generatePredicateBuiltin, isPredicateBuiltin, itemOf } from './generate-predicates.ts';
import { Generating } from './generating.ts';
import { evaluateTogether, leavesRemains, together } from './remains.ts';

/** @throws Failure for patterns that only became literal by rewriting, and are wrong */
export function generate(
  tree: Node,
  natures: ReadonlyMap<Node, Nature>,
  environment: Environment,
  options: { readonly tracing: boolean },
): Evaluate {
  return new Generating(environment, natures, generateNode, options.tracing).generate(tree);
}

function generateNode(generating: Generating, node: Node): Evaluate {
  switch (node.type) {
    case 'nil':
      return () => null;
    case 'integer':
    case 'float':
    case 'bool':
    case 'string':
    case 'constant':
      return constant(node.value);
    case 'bytes':
      return constant(new ByteList(node.value));
    case 'identifier':
      return generateName(generating, node.name);
    case 'unary':
      return generateUnary(generating, node);
    case 'binary':
      return generateBinary(generating, node);
    case 'chain':
      return generateChain(generating, node);
    case 'member':
      return generateMember(generating, node);
    case 'slice':
      return generateSlice(generating, node);
    case 'call':
      return generateCall(generating, node);
    case 'builtin':
      return builtin(generating, node);
    case 'predicate':
      return generating.generate(node.body);
    case 'pointer':
      return generatePointer(node);
    case 'let':
      return generateLet(generating, node);
    case 'sequence':
      return generateSequence(generating, node);
    case 'conditional':
      return generateConditional(generating, node);
    case 'array':
      return generateArray(generating, node.items);
    case 'map':
      return generateMap(generating, node);
    case 'pair':
      return generating.generate(node.value);
  }
}

function constant(value: Value): Evaluate {
  return () => value;
}

function builtin(generating: Generating, node: BuiltinNode): Evaluate {
  return isPredicateBuiltin(node) ? generatePredicateBuiltin(generating, node) : generateBuiltin(generating, node);
}

function generateName(generating: Generating, name: string): Evaluate {
  const slot = generating.slotOf(name);
  if (slot !== undefined) return (frame) => frame.variables[slot] ?? null;
  const { environment } = generating;
  if (name === '$env') return (frame) => (frame.environment ??= environmentMap(environment, frame.result));
  if (name === 'result' && environment.hasResult) return (frame) => frame.result;
  return (frame) => lookUpName(environment, name, frame.result);
}

function generateUnary(generating: Generating, node: UnaryNode): Evaluate {
  const operand = generating.generate(node.operand);
  switch (node.operator) {
    case '-':
      return (frame) => negate(operand(frame));
    case '+':
      return operand;
    default:
      return (frame) => !asBoolean(operand(frame));
  }
}

/** Longer chains of operators are walked in a loop, not by closures within closures. */
const LONG_CHAIN = 50;

function generateBinary(generating: Generating, top: BinaryNode): Evaluate {
  const chain = [top];
  let lowest = top.left;
  while (lowest.type === 'binary') {
    chain.push(lowest);
    lowest = lowest.left;
  }
  const first = generating.generate(lowest);
  const steps = chain.toReversed().map((node) => traceStep(generating, node, generateStep(generating, node)));
  if (steps.length > LONG_CHAIN) {
    return (frame) => steps.reduce((left, step) => step(left, frame), first(frame));
  }
  return steps.reduce<Evaluate>((left, step) => (frame) => step(left(frame), frame), first);
}

function traceStep(generating: Generating, node: Node, step: Step): Step {
  if (!generating.isTracing) return step;
  return (left, frame) => generating.traced(node, (inner) => step(left, inner))(frame);
}

function generateSlice(generating: Generating, node: SliceNode): Evaluate {
  const base = generating.generate(node.base);
  const from = node.from === undefined ? constant(0n) : generating.generate(node.from);
  const to = node.to === undefined ? undefined : generating.generate(node.to);
  let value: Value = null;
  const sliced = (frame: Frame): Value => {
    value = base(frame);
    if (typeof value === 'string') frame.meter.chargeBytes(value);
    else if (value instanceof List) frame.meter.charge(value.length >> 1);
    return value;
  };
  const bounds = [node.from, node.to].filter((bound) => bound !== undefined);
  const evaluate = together([sliced, to ?? (() => BigInt(lengthOf(value))), from], bounds.some(leavesRemains));
  return (frame) => {
    const [list = null, end = null, start = null] = evaluate(frame);
    return slice(list, start, end);
  };
}

function generatePointer(node: PointerNode): Evaluate {
  switch (node.name) {
    case 'index':
      return (frame) => BigInt(frame.scope.index);
    case 'acc':
      return (frame) => frame.scope.accumulator;
    default:
      return itemOf;
  }
}

function generateLet(generating: Generating, node: LetNode): Evaluate {
  const value = generating.generate(node.value);
  return generating.withVariable(node.name, (slot) => {
    const rest = generating.generate(node.rest);
    return (frame) => {
      frame.variables[slot] = value(frame);
      return rest(frame);
    };
  });
}

function generateSequence(generating: Generating, node: SequenceNode): Evaluate {
  const parts = node.nodes.map((part) => generating.generate(part));
  return (frame) => parts.reduce<Value>((_, part) => part(frame), null);
}

function generateConditional(generating: Generating, node: ConditionalNode): Evaluate {
  const condition = generating.generate(node.condition);
  const consequent = generating.generate(node.consequent);
  const alternative = generating.generate(node.alternative);
  return (frame) => (asBoolean(condition(frame)) ? consequent(frame) : alternative(frame));
}

function generateArray(generating: Generating, nodes: readonly Node[]): Evaluate {
  const evaluate = evaluateTogether(generating, nodes);
  return (frame) => {
    const values = evaluate(frame);
    frame.meter.allocateItems(values.length);
    return new ItemList(values);
  };
}

/** When a key is repeated the first occurrence wins. conditions.md §4 note 7. */
function generateMap(generating: Generating, node: MapNode): Evaluate {
  const parts = node.pairs.flatMap((pair) => (pair.type === 'pair' ? [pair.key, pair.value] : [pair, pair]));
  const evaluate = evaluateTogether(generating, parts);
  return (frame) => {
    const values = evaluate(frame);
    frame.meter.allocateItems(node.pairs.length);
    const members = new Map<string, Value>();
    for (let index = values.length - 2; index >= 0; index -= 2)
      members.set(asText(values[index] ?? null), values[index + 1] ?? null);
    return new StringMap(members);
  };
}
