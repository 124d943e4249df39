/** Calls of helpers, methods and plain builtins. conditions.md §5, §9, §12. */
import { BUILTINS } from '../builtins/builtins.ts';
import { Failure } from '../failure.ts';
import type { BuiltinNode, CallNode, Node } from '../syntax/syntax.ts';
import { FLOAT, isInteger, isList, type Type } from '../values/types.ts';
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
  const { parameters, result } = callee.type.signature;
  const misfit = misfitOf(checking, name, parameters, node);
  if (misfit !== undefined) checking.problem(misfit.node, misfit.message);
  for (const [index, argument] of node.arguments.entries()) {
    if (parameters[index] === FLOAT && isInteger(checking.visit(argument).type)) turnIntoFloats(checking, argument);
  }
  return natureOf(result);
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
  return 'check' in builtin
    ? checkByRule(checking, node, builtin.check)
    : checkOverloads(checking, node, builtin.signatures);
}

function checkByRule(checking: Checking, node: BuiltinNode, rule: (given: readonly Nature[]) => Nature): Nature {
  const given = node.arguments.map((argument) => checking.visit(argument));
  try {
    return rule(given);
  } catch (error) {
    if (error instanceof Failure) error.at ??= node.at;
    throw error;
  }
}

/** The first signature that fits; the misfit of the last one is told. */
function checkOverloads(checking: Checking, node: BuiltinNode, signatures: readonly Type[]): Nature {
  let misfit: Misfit | undefined;
  for (const { signature } of signatures) {
    if (signature === undefined) continue;
    misfit = misfitOf(checking, node.name, signature.parameters, node);
    if (misfit === undefined) return natureOf(signature.result);
  }
  return checking.problem(misfit?.node ?? node, misfit?.message ?? `no matching overload for ${node.name}`);
}

interface Misfit {
  readonly node: Node;
  readonly message: string;
}

/** Arguments are looked at one by one, so that a problem within one comes before the next does not fit. */
function misfitOf(
  checking: Checking,
  name: string,
  parameters: readonly Type[],
  node: CallNode | BuiltinNode,
): Misfit | undefined {
  if (node.arguments.length !== parameters.length) {
    for (const argument of node.arguments) checking.visit(argument);
    const amount = node.arguments.length > parameters.length ? 'too many' : 'not enough';
    return { node, message: `${amount} arguments to call ${name}` };
  }
  for (const [index, argument] of node.arguments.entries()) {
    const type = parameters[index];
    const message = type && argumentProblem(name, type, checking.visit(argument));
    if (message !== undefined) return { node: argument, message };
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
