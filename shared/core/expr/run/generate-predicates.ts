/** Predicate builtins as loops. conditions.md §8. Every turn of a loop is paid for by the size of its predicate. */
import { PREDICATE_BUILTIN_NAMES } from '../builtins/names.ts';
import { fail } from '../failure.ts';
import type { BuiltinNode } from '../syntax/syntax.ts';
import { walkable } from '../values/access.ts';
import { add } from '../values/arithmetic.ts';
import { asBoolean } from '../values/assertions.ts';
import { sortByKeys } from '../values/sorting.ts';
import { GROUPS } from '../values/types.ts';
import { AnyMap, identityOf, ItemList, type Identity, type Value } from '../values/values.ts';
import type { Evaluate, Frame, Scope } from './frame.ts';
import { workOf, type Generating } from './generating.ts';
import { evaluateTogether, leavesRemains } from './remains.ts';

export function isPredicateBuiltin(node: BuiltinNode): boolean {
  return PREDICATE_BUILTIN_NAMES.has(node.name);
}

/** A predicate builtin whose parts are generated. */
interface Loop {
  readonly collection: Evaluate;
  /** The element itself where there is no predicate. */
  readonly predicate: Evaluate;
  readonly order: Evaluate | undefined;
  /** Steps of one turn. */
  readonly work: number;
  readonly node: BuiltinNode;
}

export function generatePredicateBuiltin(generating: Generating, node: BuiltinNode): Evaluate {
  if (node.joined) return joinedSum(evaluateTogether(generating, node.arguments));
  const [collection, predicate, extra] = node.arguments;
  if (collection === undefined) return fail('expected at least 1 arguments', node.at);
  const loop: Loop = {
    collection: generating.generate(collection),
    predicate: predicate === undefined ? itemOf : generating.generate(predicate),
    order: extra === undefined ? undefined : generating.generate(extra),
    work: 2 + (predicate === undefined ? 1 : workOf(predicate)),
    node,
  };
  const map = node.map === undefined ? itemOf : generating.generate(node.map);
  return generateLoop(loop, map);
}

/** `#`. Only an order or initial value, which sees the first element, can find no element there. */
export function itemOf({ scope: { list, index } }: Frame): Value {
  if (index >= list.length) fail(`runtime error: index out of range [${index}] with length ${list.length}`);
  return list.at(index);
}

function generateLoop(loop: Loop, map: Evaluate): Evaluate {
  switch (loop.node.name) {
    case 'all':
      return quantifier(loop, false, false);
    case 'any':
      return quantifier(loop, true, true);
    case 'none':
      return quantifier(loop, true, false);
    case 'one':
      return (frame) => countHits(loop, frame, undefined) === 1n;
    case 'count':
      return (frame) => countHits(loop, frame, loop.node.threshold);
    case 'filter':
      return filter(loop, map);
    case 'map':
      return mapping(loop);
    case 'find':
    case 'findLast':
      return finding(loop, loop.node.name === 'findLast', map);
    case 'findIndex':
    case 'findLastIndex':
      return finding(loop, loop.node.name === 'findLastIndex', (frame) => BigInt(frame.scope.index));
    case 'sum':
      return summing(loop);
    case 'groupBy':
      return grouping(loop);
    case 'sortBy':
      return sorting(loop);
    default:
      return reducing(loop);
  }
}

/** Ends a loop before its end. */
const STOP = true;

/**
 * Take a scope through its array. `turn` answers STOP to end the loop.
 * @returns whether the loop was stopped
 */
function walk(
  loop: Loop,
  frame: Frame,
  scope: Scope,
  turn: (scope: Scope) => boolean | void,
  backwards = false,
): boolean {
  const outer = frame.scope;
  frame.scope = scope;
  const { length } = scope.list;
  let stopped = false;
  for (let count = scope.index; count < length && !stopped; count++) {
    frame.meter.charge(loop.work);
    scope.index = backwards ? length - 1 - count : count;
    stopped = turn(scope) === STOP;
  }
  frame.scope = outer;
  return stopped;
}

/** The order of sortBy and the start of reduce are evaluated where the loop begins. */
function within(scope: Scope, frame: Frame, evaluate: Evaluate): Value {
  const outer = frame.scope;
  frame.scope = scope;
  const value = evaluate(frame);
  frame.scope = outer;
  return value;
}

function scopeOf(loop: Loop, frame: Frame): Scope {
  const collection = loop.collection(frame);
  if (typeof collection === 'string') frame.meter.chargeBytes(collection);
  return { list: walkable(collection), index: 0, accumulator: null };
}

/** Stops at the first turn whose answer is `decisive`. */
function quantifier(loop: Loop, decisive: boolean, answer: boolean): Evaluate {
  return (frame) => {
    const decided = walk(loop, frame, scopeOf(loop, frame), () => asBoolean(loop.predicate(frame)) === decisive);
    return decided ? answer : !answer;
  };
}

function countHits(loop: Loop, frame: Frame, threshold: bigint | undefined): bigint {
  let hits = 0n;
  walk(loop, frame, scopeOf(loop, frame), () => {
    if (asBoolean(loop.predicate(frame))) hits++;
    return threshold !== undefined && hits >= threshold;
  });
  return hits;
}

function filter(loop: Loop, map: Evaluate): Evaluate {
  return collecting(loop, (frame, items) => {
    if (!asBoolean(loop.predicate(frame))) return false;
    items.push(map(frame));
    return true;
  });
}

function mapping(loop: Loop): Evaluate {
  return collecting(loop, (frame, items) => items.push(loop.predicate(frame)) > 0);
}

/** An array of what the turns add; each tells whether it did. Items wait for each other like the operands of a call. */
function collecting(loop: Loop, turn: (frame: Frame, items: Value[]) => boolean): Evaluate {
  const disturbed = leavesRemains(loop.node);
  return (frame) => {
    const items = disturbed ? frame.remains : [];
    let count = 0;
    walk(loop, frame, scopeOf(loop, frame), () => {
      if (turn(frame, items)) count++;
    });
    frame.meter.allocateItems(count);
    return new ItemList(items.splice(items.length - count));
  };
}

function finding(loop: Loop, backwards: boolean, answer: Evaluate): Evaluate {
  return (frame) => {
    let found: Value = null;
    const turn = (): boolean => {
      if (backwards) frame.remains.push(true);
      if (!asBoolean(loop.predicate(frame))) return false;
      found = answer(frame);
      return STOP;
    };
    const hit = walk(loop, frame, scopeOf(loop, frame), turn, backwards);
    if (backwards && !hit) frame.remains.push(false);
    if (!hit && loop.node.throws) fail('reflect: slice index out of range');
    return found;
  };
}

/** Begins with the int 0; elements come first: `element + sum`. */
function summing(loop: Loop): Evaluate {
  return (frame) => {
    let sum: Value = 0n;
    walk(loop, frame, scopeOf(loop, frame), () => {
      sum = add(loop.predicate(frame), sum);
    });
    return sum;
  };
}

/** `x + (y + z)`: all are evaluated in order, and added from the end. */
function joinedSum(evaluate: (frame: Frame) => readonly Value[]): Evaluate {
  return (frame) => {
    return evaluate(frame).reduceRight((sum, value) => {
      if (typeof sum === 'string') frame.meter.chargeText(sum.length);
      return add(value, sum);
    });
  };
}

/** Steps of finding the group of one element. */
const GROUP_STEPS = 20;

function grouping(loop: Loop): Evaluate {
  return (frame) => {
    const groups = new Map<Identity, { readonly key: Value; readonly items: Value[] }>();
    walk(loop, frame, scopeOf(loop, frame), () => {
      const key = loop.predicate(frame);
      frame.meter.charge(GROUP_STEPS);
      const identity = identityOf(key);
      const group = groups.get(identity) ?? { key, items: [] };
      group.items.push(itemOf(frame));
      groups.set(identity, group);
    });
    return new AnyMap(
      GROUPS,
      [...groups.values()].map(({ key, items }) => [key, new ItemList(items)] as const),
    );
  };
}

function sorting(loop: Loop): Evaluate {
  return (frame) => {
    const scope = scopeOf(loop, frame);
    const descending = isDescending(loop.order === undefined ? 'asc' : within(scope, frame, loop.order));
    const keys: Value[] = [];
    walk(loop, frame, scope, () => {
      keys.push(loop.predicate(frame));
    });
    frame.meter.allocateItems(keys.length);
    return new ItemList(sortByKeys(scope.list.toArray(), keys, descending, frame.meter));
  };
}

function isDescending(order: Value): boolean {
  if (typeof order !== 'string') fail('sortBy order argument must be a string');
  if (order !== 'asc' && order !== 'desc') fail('unknown order, use asc or desc');
  return order === 'desc';
}

/** Without an initial value the first element is the start, and `#index` begins at 1. */
function reducing(loop: Loop): Evaluate {
  return (frame) => {
    const scope = scopeOf(loop, frame);
    if (loop.order === undefined) {
      if (scope.list.length === 0) fail('reduce of empty array with no initial value');
      scope.accumulator = scope.list.at(0);
      scope.index = 1;
    } else {
      scope.accumulator = within(scope, frame, loop.order);
    }
    walk(loop, frame, scope, () => {
      scope.accumulator = loop.predicate(frame);
    });
    return scope.accumulator;
  };
}
