/** Predicate builtins and the pointers inside them. conditions.md §8. */
import { PREDICATE_BUILTIN_NAMES } from '../builtins/names.ts';
import type { BuiltinNode, Node, PointerNode } from '../syntax/syntax.ts';
import { ANY, ANY_LIST, BOOL, GROUPS, INT, isList } from '../values/types.ts';
import type { Checking } from './checking.ts';
import {
  dereferenced,
  elementOf,
  isBoolean,
  isText,
  isUnknown,
  listNature,
  natureName,
  natureOf,
  UNKNOWN,
  type Nature,
} from './nature.ts';

const NO_POINTERS: ReadonlyMap<string, Nature> = new Map();
const WITH_INDEX: ReadonlyMap<string, Nature> = new Map([['index', natureOf(INT)]]);
const WITH_ACCUMULATOR: ReadonlyMap<string, Nature> = new Map([...WITH_INDEX, ['acc', UNKNOWN]]);

export function isPredicateBuiltin(node: BuiltinNode): boolean {
  return PREDICATE_BUILTIN_NAMES.has(node.name);
}

export function checkPredicateBuiltin(checking: Checking, node: BuiltinNode): Nature {
  const [array, predicate, extra] = node.arguments;
  if (array === undefined) return UNKNOWN;
  const collection = dereferenced(checking.visit(array));
  if (!isList(collection.type) && !isUnknown(collection)) {
    checking.problem(array, `builtin ${node.name} takes only array (got ${natureName(collection)})`);
  }
  if (predicate === undefined) return node.name === 'count' ? natureOf(INT) : withoutPredicate(collection);
  const pointers = pointersOf(node.name);
  checking.predicates.push({ collection, pointers });
  const result = checking.visit(predicate);
  checking.predicates.pop();
  const order = extra === undefined ? UNKNOWN : checking.visit(extra);
  if (node.name === 'sortBy' && extra !== undefined && !isText(order) && !isUnknown(order)) {
    checking.problem(extra, `sortBy order argument must be a string (got ${natureName(order)})`);
  }
  if (result.nil === true) checking.problem(predicate, 'predicate should has one input and one output param');
  if (mustBeBoolean(node.name) && !isBoolean(result) && !isUnknown(result)) {
    checking.problem(predicate, `predicate should return boolean (got ${natureName(result)})`);
  }
  return resultOf(node.name, collection, result);
}

/** `sum` of the elements themselves. */
function withoutPredicate(collection: Nature): Nature {
  return isUnknown(collection) ? UNKNOWN : elementOf(collection);
}

function pointersOf(name: string): ReadonlyMap<string, Nature> {
  if (name === 'map') return WITH_INDEX;
  return name === 'reduce' ? WITH_ACCUMULATOR : NO_POINTERS;
}

function mustBeBoolean(name: string): boolean {
  return !['map', 'sum', 'groupBy', 'sortBy', 'reduce'].includes(name);
}

function resultOf(name: string, collection: Nature, result: Nature): Nature {
  switch (name) {
    case 'filter':
      return isUnknown(collection) ? natureOf(ANY_LIST) : listNature(elementOf(collection));
    case 'map':
      return listNature(result);
    case 'count':
    case 'findIndex':
    case 'findLastIndex':
      return natureOf(INT);
    case 'find':
    case 'findLast':
      return isUnknown(collection) ? UNKNOWN : elementOf(collection);
    case 'sum':
      return natureOf(result.type ?? ANY);
    case 'groupBy':
      return natureOf(GROUPS);
    case 'sortBy':
      return collection;
    case 'reduce':
      return result;
    default:
      return natureOf(BOOL);
  }
}

export function checkPointer(checking: Checking, node: PointerNode): Nature {
  const scope = checking.predicates.at(-1);
  if (scope === undefined) return checking.problem(node, 'cannot use pointer accessor outside predicate');
  if (node.name === '') return isUnknown(scope.collection) ? UNKNOWN : elementOf(scope.collection);
  return scope.pointers.get(node.name) ?? checking.problem(node, `unknown pointer #${node.name}`);
}

/** The body of a predicate argument. */
export function bodyOf(node: Node): Node {
  return node.type === 'predicate' ? node.body : node;
}
