/** Calls of helpers, methods and plain builtins. conditions.md §5, §9, §12. */
import { BUILTINS } from '../builtins/builtins.ts';
import { Failure } from '../failure.ts';
import type { BuiltinNode, CallNode, Node } from '../syntax/syntax.ts';
import type { Signature, Type } from '../values/types.ts';
import { isInteger, isList, FLOAT } from '../values/types.ts';
import { isEnvironment } from './check-members.ts';
import type { Checking } from './checking.ts';
import {
  dereferenced,
  elementOf,
  isAssignable,
  isUnknown,
  kindOf,
  natureName,
  natureOf,
  UNKNOWN,
  type Nature,
} from './nature.ts';

export function checkCall(checking: Checking, node: CallNode): Nature {
  if (isEnvironment(node.callee)) checking.problem(node, 'map[string]interface {} is not callable');
  const callee = checking.visit(node.callee);
  if (isUnknown(callee)) return UNKNOWN;
  const name = calleeName(node.callee);
  if (callee.nil === true) checking.problem(node, `${name} is nil; cannot call nil as function`);
  if (callee.type?.signature === undefined) return checking.problem(node, `${natureName(callee)} is not callable`);
  const given = node.arguments.map((argument) => checking.visit(argument));
  const misfit = misfitOf(name, callee.type.signature, given);
  if (misfit !== undefined) checking.problem(node.arguments[misfit.index ?? -1] ?? node, misfit.message);
  for (const [index, argument] of node.arguments.entries()) {
    if (callee.type.signature.parameters[index] === FLOAT && isInteger(given[index]?.type)) {
      turnIntoFloats(checking, argument);
    }
  }
  return natureOf(callee.type.signature.result);
}

function calleeName(callee: Node): string {
  if (callee.type === 'identifier') return callee.name;
  return callee.type === 'member' && callee.property.type === 'string' ? callee.property.value : 'function';
}

/** Integer literals, also within `+ - *` and signs, become floats where a float is wanted. */
function turnIntoFloats(checking: Checking, argument: Node): void {
  const open = [argument];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.type === 'integer') checking.floats.add(node);
    else if (node.type === 'unary') open.push(node.operand);
    else if (node.type === 'binary' && ['+', '-', '*'].includes(node.operator)) open.push(node.left, node.right);
  }
}

export function checkBuiltin(checking: Checking, node: BuiltinNode): Nature {
  if (node.name === 'get') return checkGet(checking, node);
  const builtin = BUILTINS.get(node.name);
  if (builtin === undefined) return checking.problem(node, `unknown builtin ${node.name}`);
  const given = node.arguments.map((argument) => checking.visit(argument));
  if ('check' in builtin) {
    try {
      return builtin.check(given);
    } catch (error) {
      if (error instanceof Failure) checking.problem(node, error.message);
      throw error;
    }
  }
  return checkOverloads(checking, node, builtin.signatures, given);
}

/** The first signature that fits; the misfit of the last one is told. */
function checkOverloads(
  checking: Checking,
  node: BuiltinNode,
  signatures: readonly Type[],
  given: readonly Nature[],
): Nature {
  let misfit: Misfit | undefined;
  for (const { signature } of signatures) {
    if (signature === undefined) continue;
    misfit = misfitOf(node.name, signature, given);
    if (misfit === undefined) return natureOf(signature.result);
  }
  return checking.problem(node.arguments[misfit?.index ?? -1] ?? node, misfit?.message ?? '');
}

interface Misfit {
  /** Which argument; absent when there are too few or too many. */
  readonly index?: number;
  readonly message: string;
}

function misfitOf(name: string, { parameters }: Signature, given: readonly Nature[]): Misfit | undefined {
  if (given.length > parameters.length) return { message: `too many arguments to call ${name}` };
  if (given.length < parameters.length) return { message: `not enough arguments to call ${name}` };
  for (const [index, type] of parameters.entries()) {
    const message = argumentProblem(name, type, given[index] ?? UNKNOWN);
    if (message !== undefined) return { index, message };
  }
  return undefined;
}

function argumentProblem(name: string, type: Type, given: Nature): string | undefined {
  if (isInteger(given.type) && (type === FLOAT || isInteger(type))) return undefined;
  if (given.nil === true) {
    const taken = type.kind === 'interface' || type.kind === 'pointer';
    return taken ? undefined : `cannot use nil as argument (type ${type.name}) to call ${name}`;
  }
  const wanted = natureOf(type);
  if (isUnknown(given) || isAssignable(given, wanted) || isAssignable(dereferenced(given), wanted)) return undefined;
  return `cannot use ${natureName(given)} as argument (type ${type.name}) to call ${name} `;
}

/** `get(x, k)` knows what it finds, where that is known. */
function checkGet(checking: Checking, node: BuiltinNode): Nature {
  const [container, key] = node.arguments;
  if (container === undefined || key === undefined || node.arguments.length !== 2) {
    return checking.problem(node, `invalid number of arguments (expected 2, got ${node.arguments.length})`);
  }
  const base = checking.visit(container);
  const property = dereferenced(checking.visit(key));
  if (isEnvironment(container)) return (key.type === 'string' && checking.environment.get(key.value)) || UNKNOWN;
  if (isUnknown(base)) return UNKNOWN;
  if (isList(base.type)) {
    if (!isInteger(property.type) && !isUnknown(property)) {
      checking.problem(key, `non-integer slice index ${natureName(property)}`);
    }
    return elementOf(base);
  }
  if (kindOf(base) !== 'map') return checking.problem(container, `type ${natureName(base)} does not support indexing`);
  const wanted = base.type?.key === undefined ? UNKNOWN : natureOf(base.type.key);
  if (!isUnknown(property) && !isAssignable(property, wanted)) {
    checking.problem(key, `cannot use ${natureName(property)} to get an element from ${natureName(base)}`);
  }
  return elementOf(base);
}
