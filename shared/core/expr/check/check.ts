/**
 * The static check: one walk over the tree, left operand first; the first problem found is told. conditions.md §5.
 * Operators, members, calls and predicates have files of their own.
 */
import { BUILTIN_NAMES } from '../builtins/names.ts';
import type {
  ArrayNode,
  BinaryNode,
  ConditionalNode,
  IdentifierNode,
  LetNode,
  Node,
  SliceNode,
} from '../syntax/syntax.ts';
import {
  ANY,
  ANY_LIST,
  BYTES,
  FLOAT,
  functionType,
  INT,
  isInteger,
  isList,
  STRING,
  STRING_MAP,
} from '../values/types.ts';
import { checkBuiltin, checkCall } from './check-calls.ts';
import { checkMember } from './check-members.ts';
import { binaryNature, unaryNature } from './check-operators.ts';
import { checkPointer, checkPredicateBuiltin, isPredicateBuiltin } from './check-predicates.ts';
import { Checking, type Checked } from './checking.ts';
import {
  BOOLEAN,
  dereferenced,
  elementOf,
  isAssignable,
  isBoolean,
  isUnknown,
  kindOf,
  listNature,
  NIL,
  natureName,
  natureOf,
  UNKNOWN,
  type Nature,
} from './nature.ts';

/** What a builtin's name stands for when it is not called. */
const BUILTIN: Nature = natureOf(functionType({ parameters: [ANY], result: ANY, variadic: true }));

/**
 * @param environment what the names stand for
 * @throws Failure for the first problem
 */
export function check(tree: Node, environment: ReadonlyMap<string, Nature>): Checked {
  const checking = new Checking(environment, checkNode);
  checking.visit(tree);
  return checking;
}

function checkNode(checking: Checking, node: Node): Nature {
  switch (node.type) {
    case 'nil':
      return NIL;
    case 'integer':
      return natureOf(INT);
    case 'float':
      return natureOf(FLOAT);
    case 'bool':
      return BOOLEAN;
    case 'string':
      return natureOf(STRING);
    case 'bytes':
      return natureOf(BYTES);
    case 'identifier':
      return checkIdentifier(checking, node);
    case 'unary':
      return unaryNature(node, checking.visit(node.operand));
    case 'binary':
      return checkBinary(checking, node);
    case 'chain':
      return checking.visit(node.path);
    case 'member':
      return checkMember(checking, node);
    case 'slice':
      return checkSlice(checking, node);
    case 'call':
      return checkCall(checking, node);
    case 'builtin':
      return isPredicateBuiltin(node) ? checkPredicateBuiltin(checking, node) : checkBuiltin(checking, node);
    case 'pointer':
      return checkPointer(checking, node);
    case 'let':
      return checkLet(checking, node);
    case 'sequence':
      return node.nodes.map((part) => checking.visit(part)).at(-1) ?? UNKNOWN;
    case 'conditional':
      return checkConditional(checking, node);
    case 'array':
      return checkArray(checking, node);
    case 'map':
      for (const pair of node.pairs) checking.visit(pair);
      return natureOf(STRING_MAP);
    case 'pair':
      checking.visit(node.key);
      checking.visit(node.value);
      return NIL;
    case 'predicate':
      return checking.visit(node.body);
    case 'constant':
      return UNKNOWN;
  }
}

function checkIdentifier(checking: Checking, node: IdentifierNode): Nature {
  const variable = checking.variables.findLast(({ name }) => name === node.name);
  if (variable !== undefined) return variable.nature;
  if (node.name === '$env') return UNKNOWN;
  const known = checking.environment.get(node.name);
  if (known !== undefined) return known;
  return BUILTIN_NAMES.has(node.name) ? BUILTIN : checking.problem(node, `unknown name ${node.name}`);
}

/** Chains of operators lean to the left and may be thousands long: they are walked from the bottom up. */
function checkBinary(checking: Checking, top: BinaryNode): Nature {
  const chain = [top];
  let lowest = top.left;
  while (lowest.type === 'binary' && !checking.natures.has(lowest)) {
    chain.push(lowest);
    lowest = lowest.left;
  }
  let nature = checking.visit(lowest);
  for (const node of chain.toReversed()) {
    nature = binaryNature(node, nature, checking.visit(node.right));
    checking.natures.set(node, nature);
  }
  return nature;
}

function checkSlice(checking: Checking, node: SliceNode): Nature {
  const base = checking.visit(node.base);
  if (isUnknown(base)) return UNKNOWN;
  if (kindOf(base) !== 'string' && !isList(base.type)) checking.problem(node, `cannot slice ${natureName(base)}`);
  for (const bound of [node.from, node.to]) {
    if (bound === undefined) continue;
    const nature = dereferenced(checking.visit(bound));
    if (!isInteger(nature.type) && !isUnknown(nature)) {
      checking.problem(bound, `non-integer slice index ${natureName(nature)}`);
    }
  }
  return base;
}

function checkLet(checking: Checking, node: LetNode): Nature {
  const { name } = node;
  if (checking.environment.has(name)) checking.problem(node, `cannot redeclare ${name}`);
  if (BUILTIN_NAMES.has(name)) checking.problem(node, `cannot redeclare builtin ${name}`);
  if (checking.variables.some((variable) => variable.name === name)) {
    checking.problem(node, `cannot redeclare variable ${name}`);
  }
  checking.variables.push({ name, nature: checking.visit(node.value) });
  const nature = checking.visit(node.rest);
  checking.variables.pop();
  return nature;
}

function checkConditional(checking: Checking, node: ConditionalNode): Nature {
  const condition = dereferenced(checking.visit(node.condition));
  if (!isBoolean(condition) && !isUnknown(condition)) {
    checking.problem(node.condition, `non-bool expression (type ${natureName(condition)}) used as condition`);
  }
  return common(checking.visit(node.consequent), checking.visit(node.alternative));
}

/** The nature that both branches share; any when they share none. */
function common(consequent: Nature, alternative: Nature): Nature {
  if (consequent.nil === true) return alternative;
  if (alternative.nil === true) return consequent;
  if (!isAssignable(consequent, alternative)) return UNKNOWN;
  if (!isList(consequent.type) || !isList(alternative.type)) return consequent;
  const [a, b] = [elementOf(consequent), elementOf(alternative)];
  return isAssignable(a, b) && isAssignable(b, a) ? consequent : natureOf(ANY_LIST);
}

function checkArray(checking: Checking, node: ArrayNode): Nature {
  const natures = node.items.map((item) => checking.visit(item));
  const last = natures.at(-1) ?? UNKNOWN;
  return natures.every((nature) => kindOf(nature) === kindOf(last)) ? listNature(last) : natureOf(ANY_LIST);
}
