/** Members and indexes. conditions.md §5, §7, §10. */
import type { MemberNode, Node, StringNode } from '../syntax/syntax.ts';
import { methodType } from '../time/methods.ts';
import { isInteger, type Type } from '../values/types.ts';
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

export function checkMember(checking: Checking, node: MemberNode): Nature {
  if (isEnvironment(node.base)) return checkEnvironmentMember(checking, node);
  const base = checking.visit(node.base);
  const property = checking.visit(node.property);
  if (isUnknown(base)) return UNKNOWN;
  if (node.property.type === 'string') {
    if (base.nil === true) checking.problem(node, `type nil has no field ${node.property.value}`);
    const method = methodType(base.type, node.property.value);
    if (method !== undefined) return natureOf(method);
  }
  return checkProperty(checking, node, dereferenced(base), property);
}

export function isEnvironment(node: Node): boolean {
  return node.type === 'identifier' && node.name === '$env';
}

/** `$env.name` must exist, `$env?.name` need not; the property is not looked at otherwise. */
function checkEnvironmentMember(checking: Checking, node: MemberNode): Nature {
  if (node.property.type !== 'string') return UNKNOWN;
  const nature = checking.environment.get(node.property.value);
  if (nature === undefined && !node.optional) checking.problem(node, `unknown name ${node.property.value}`);
  return nature ?? UNKNOWN;
}

function checkProperty(checking: Checking, node: MemberNode, base: Nature, property: Nature): Nature {
  switch (kindOf(base)) {
    case 'map':
      if (!isUnknown(property) && !isAssignable(property, keyOf(base))) {
        const text = `cannot use ${natureName(property)} to get an element from ${natureName(base)}`;
        checking.problem(node.property, text);
      }
      return elementOf(base);
    case 'slice':
    case 'array':
      return checkIndex(checking, node.property, base, dereferenced(property));
    case 'struct':
      return node.property.type === 'string' ? checkField(checking, node, base, node.property) : undefinedIndex();
    default:
      return node.property.type === 'string' ? missing(checking, node, base, node.property) : undefinedIndex();
  }
  function undefinedIndex(): never {
    return checking.problem(node, `type ${natureName(base)}[${natureName(property)}] is undefined`);
  }
}

function keyOf(base: Nature): Nature {
  return base.type?.key === undefined ? UNKNOWN : natureOf(base.type.key);
}

function checkIndex(checking: Checking, node: Node, base: Nature, property: Nature): Nature {
  if (isInteger(property.type) || isUnknown(property)) return elementOf(base);
  return checking.problem(node, `array elements can only be selected using an integer (got ${natureName(property)})`);
}

function checkField(checking: Checking, node: MemberNode, base: Nature, name: StringNode): Nature {
  const field: Type | undefined = base.type?.fields?.get(name.value);
  return field === undefined ? missing(checking, node, base, name) : natureOf(field);
}

function missing(checking: Checking, node: MemberNode, base: Nature, name: StringNode): never {
  const what = node.method ? 'method' : 'field';
  return checking.problem(node, `type ${natureName(base)} has no ${what} ${name.value}`);
}
