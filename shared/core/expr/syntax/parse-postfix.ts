/** What may follow an operand: `.name`, `?.name`, `[index]`, `?.[index]`, `[from:to]`, `.name(…)`. conditions.md §4 note 6. */
import { fail } from '../failure.ts';
import { isName } from './characters.ts';
import { parseArguments } from './parse-call.ts';
import type { Parsing } from './parsing.ts';
import type { MemberNode, Node } from './syntax.ts';

export function parsePostfix(parsing: Parsing, operand: Node): Node {
  let node = operand;
  for (;;) {
    if (parsing.skip('operator', '.')) node = parseMember(parsing, node, false);
    else if (parsing.skip('operator', '?.')) {
      node = parsing.is('bracket', '[') ? parseIndex(parsing, node, true) : parseMember(parsing, node, true);
    } else if (parsing.is('bracket', '[')) node = parseIndex(parsing, node, false);
    else return node;
  }
}

/** `.name` or `.name(…)`. A path that holds a `?.` stays one path, which is nil as a whole. conditions.md §7. */
function parseMember(parsing: Parsing, node: Node, optional: boolean): Node {
  const name = parsing.current;
  const { at } = name;
  if (name.kind !== 'identifier' && !(name.kind === 'operator' && isName(name.value))) fail('expected name', at);
  parsing.advance();
  const property = parsing.create({ type: 'string', at, value: name.value });
  const base = node.type === 'chain' ? node.path : node;
  const method = parsing.is('bracket', '(');
  const member = parsing.create<MemberNode>({ type: 'member', at, base, property, optional, method });
  const path = method
    ? parsing.create({ type: 'call', at, callee: member, arguments: parseArguments(parsing) })
    : member;
  return node.type === 'chain' || optional ? parsing.create({ type: 'chain', at, path }) : path;
}

function parseIndex(parsing: Parsing, base: Node, optional: boolean): Node {
  const { at } = parsing.expect('bracket', '[');
  const from = parsing.is('operator', ':') ? undefined : parsing.expression();
  if (parsing.skip('operator', ':')) {
    const to = parsing.is('bracket', ']') ? undefined : parsing.expression();
    parsing.expect('bracket', ']');
    return parsing.create({ type: 'slice', at, base, from, to });
  }
  parsing.expect('bracket', ']');
  if (from === undefined) return parsing.unexpected();
  const member = parsing.create<MemberNode>({ type: 'member', at, base, property: from, optional, method: false });
  return optional ? parsing.create({ type: 'chain', at, path: member }) : member;
}
