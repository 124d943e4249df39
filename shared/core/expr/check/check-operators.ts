/** Which operands each operator takes, and what it yields. conditions.md §5. */
import { fail } from '../failure.ts';
import { compileRegexp } from '../regexp/regexp.ts';
import type { BinaryNode, Node, UnaryNode } from '../syntax/syntax.ts';
import { ANY_LIST, BYTES, DURATION, FLOAT, INT, isList, STRING, TIME, type Type } from '../values/types.ts';
import {
  BOOLEAN,
  dereferenced,
  elementOf,
  has,
  isAssignable,
  isComparable,
  isUnknown,
  kindOf,
  mayMeet,
  natureName,
  natureOf,
  NIL,
  UNKNOWN,
  type Nature,
  type Trait,
} from './nature.ts';

export function unaryNature(node: UnaryNode, given: Nature): Nature {
  const operand = dereferenced(given);
  if (node.operator === '!' || node.operator === 'not') {
    if (has(operand, 'bool') || isUnknown(operand)) return BOOLEAN;
  } else {
    if (has(operand, 'number')) return operand;
    if (isUnknown(operand)) return UNKNOWN;
  }
  return fail(`invalid operation: ${node.operator} (mismatched type ${natureName(operand)})`, node.at);
}

export function binaryNature(node: BinaryNode, givenLeft: Nature, givenRight: Nature): Nature {
  const left = dereferenced(givenLeft);
  const right = dereferenced(givenRight);
  if (node.operator === 'matches') checkPattern(node.right, node.at);
  const nature = resultOf(node, left, right);
  if (nature !== undefined) return nature;
  const types = `${natureName(left)} and ${natureName(right)}`;
  return fail(`invalid operation: ${node.operator} (mismatched types ${types})`, node.at);
}

/** Undefined when the operator does not take the two. */
function resultOf(node: BinaryNode, left: Nature, right: Nature): Nature | undefined {
  switch (node.operator) {
    case '==':
    case '!=':
      return isComparable(left, right) ? BOOLEAN : undefined;
    case '<':
    case '<=':
    case '>':
    case '>=':
      return alike(left, right, ['number', 'string', 'time', 'duration']) ? BOOLEAN : undefined;
    case 'and':
    case '&&':
    case 'or':
    case '||':
      return alike(left, right, ['bool']) ? BOOLEAN : undefined;
    case 'contains':
    case 'startsWith':
    case 'endsWith':
      return alike(left, right, ['string']) ? BOOLEAN : undefined;
    case 'matches':
      return alike(left, right, ['string']) || (left.type === BYTES && has(right, 'string')) ? BOOLEAN : undefined;
    case 'in':
      return membership(node, left, right);
    case '..':
      return alike(left, right, ['integer']) ? { type: ANY_LIST, element: natureOf(INT) } : undefined;
    case '??':
      return coalesced(left, right);
    default:
      return arithmetic(node.operator, left, right);
  }
}

function arithmetic(operator: string, left: Nature, right: Nature): Nature | undefined {
  switch (operator) {
    case '+':
      return sum(left, right) ?? anyOf(left, right, ['number', 'string', 'time', 'duration']);
    case '-':
      return difference(left, right) ?? anyOf(left, right, ['number', 'time', 'duration']);
    case '*':
      return product(left, right) ?? anyOf(left, right, ['number', 'duration']);
    case '%':
      return alike(left, right, ['integer']) ? natureOf(INT) : undefined;
    case '/':
    case '**':
    case '^':
      return alike(left, right, ['number']) ? natureOf(FLOAT) : undefined;
  }
  return undefined;
}

function sum(left: Nature, right: Nature): Nature | undefined {
  if (both(left, right, 'number')) return wider(left, right);
  if (both(left, right, 'string')) return natureOf(STRING);
  if (both(left, right, 'duration')) return natureOf(DURATION);
  const moved = (has(left, 'time') && has(right, 'duration')) || (has(left, 'duration') && has(right, 'time'));
  return moved ? natureOf(TIME) : undefined;
}

function difference(left: Nature, right: Nature): Nature | undefined {
  if (both(left, right, 'number')) return wider(left, right);
  if (both(left, right, 'time') || both(left, right, 'duration')) return natureOf(DURATION);
  return has(left, 'time') && has(right, 'duration') ? natureOf(TIME) : undefined;
}

function product(left: Nature, right: Nature): Nature | undefined {
  if (both(left, right, 'number')) return wider(left, right);
  const scaled = [left, right].every((nature) => has(nature, 'number') || has(nature, 'duration'));
  return scaled ? natureOf(DURATION) : undefined;
}

function wider(left: Nature, right: Nature): Nature {
  const type: Type = left.type === FLOAT || right.type === FLOAT ? FLOAT : INT;
  return natureOf(type);
}

/** The left side for a map must be a key, for an array comparable to its elements. */
function membership(node: BinaryNode, left: Nature, right: Nature): Nature | undefined {
  if ((has(left, 'string') || isUnknown(left)) && kindOf(right) === 'struct') return BOOLEAN;
  if (kindOf(right) === 'map') {
    const key = right.type?.key === undefined ? UNKNOWN : natureOf(right.type.key);
    if (isUnknown(left) || isAssignable(left, key)) return BOOLEAN;
    return fail(`cannot use ${natureName(left)} as type ${natureName(key)} in map key`, node.at);
  }
  if (isList(right.type)) {
    const element = elementOf(right);
    if (isComparable(left, element)) return BOOLEAN;
    return fail(`cannot use ${natureName(left)} as type ${natureName(element)} in array`, node.at);
  }
  return isUnknown(right) || (isUnknown(left) && has(right, 'string')) ? BOOLEAN : undefined;
}

function coalesced(left: Nature, right: Nature): Nature {
  if (left.nil === true) return right.nil === true ? NIL : right;
  if (right.nil === true) return left;
  return isAssignable(right, left) ? left : UNKNOWN;
}

/** A literal pattern is read here, so that a wrong one is told before its operands are. */
function checkPattern(pattern: Node, at: number): void {
  if (pattern.type !== 'string') return;
  try {
    compileRegexp(pattern.value);
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error), at);
  }
}

function both(left: Nature, right: Nature, trait: Trait): boolean {
  return has(left, trait) && has(right, trait);
}

/** Both have the same one of these traits, as far as is known. */
function alike(left: Nature, right: Nature, traits: readonly Trait[]): boolean {
  return traits.some((trait) => both(left, right, trait)) || mayMeet(left, right, traits);
}

function anyOf(left: Nature, right: Nature, traits: readonly Trait[]): Nature | undefined {
  return mayMeet(left, right, traits) ? UNKNOWN : undefined;
}
