/** Calls of builtins, predicate builtins and helpers. conditions.md §4 notes 4 and 11, §8. */
import { BUILTIN_NAMES } from '../builtins/names.ts';
import { fail } from '../failure.ts';
import { parseItems } from './parse-literal.ts';
import type { Parsing } from './parsing.ts';
import type { Node, PredicateNode } from './syntax.ts';
import type { Token } from './tokens.ts';

type Parameter = 'expression' | 'predicate' | 'predicate?' | 'expression?';

/** What stands behind the collection in each predicate builtin. */
const PREDICATE_BUILTINS: ReadonlyMap<string, readonly Parameter[]> = new Map([
  ...['all', 'none', 'any', 'one', 'filter', 'map', 'find', 'findIndex', 'findLast', 'findLastIndex', 'groupBy'].map(
    (name): [string, readonly Parameter[]] => [name, ['expression', 'predicate']],
  ),
  ['count', ['expression', 'predicate?']],
  ['sum', ['expression', 'predicate?']],
  ['sortBy', ['expression', 'predicate', 'expression?']],
  ['reduce', ['expression', 'predicate', 'expression?']],
]);

/** A call whose name has been read; `piped` are the arguments that a pipe has put in front. */
export function parseCall(parsing: Parsing, name: Token, piped: readonly Node[]): Node {
  const { at, value } = name;
  const parameters = PREDICATE_BUILTINS.get(value);
  if (parameters !== undefined) {
    const given = [...piped, ...parsePredicateArguments(parsing, parameters.slice(piped.length))];
    return parsing.create({ type: 'builtin', at, name: value, arguments: given });
  }
  if (BUILTIN_NAMES.has(value)) {
    const given = [...piped, ...parseArguments(parsing)];
    return parsing.create({ type: 'builtin', at, name: value, arguments: given });
  }
  const callee = parsing.create({ type: 'identifier', at, name: value });
  return parsing.create({ type: 'call', at, callee, arguments: [...piped, ...parseArguments(parsing)] });
}

export function parseArguments(parsing: Parsing): readonly Node[] {
  parsing.expect('bracket', '(');
  return parseItems(parsing, ')', () => parsing.expression());
}

function parsePredicateArguments(parsing: Parsing, parameters: readonly Parameter[]): readonly Node[] {
  parsing.expect('bracket', '(');
  const given: Node[] = [];
  for (const parameter of parameters) {
    if (parsing.is('bracket', ')')) {
      if (parameter.endsWith('?')) break;
      fail(`expected at least ${parameters.length} arguments`, parsing.current.at);
    }
    if (given.length > 0) parsing.expect('operator', ',');
    given.push(parameter.startsWith('predicate') ? parsePredicate(parsing) : parsing.expression());
  }
  parsing.skip('operator', ',');
  parsing.expect('bracket', ')');
  return given;
}

/** An expression, or `{ … }` around a sequence. */
function parsePredicate(parsing: Parsing): PredicateNode {
  const { at } = parsing.current;
  const braced = parsing.skip('bracket', '{');
  parsing.predicates++;
  const body = braced ? parsing.sequence() : parsing.expression();
  if (!braced && parsing.is('operator', ';')) fail('wrap predicate with brackets { and }', parsing.current.at);
  parsing.predicates--;
  if (braced) parsing.expect('bracket', '}');
  return parsing.create({ type: 'predicate', at, body });
}
