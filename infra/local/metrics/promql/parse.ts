/** From text to a tree whose types fit. */
import { SECOND, type Millis } from '#core/time.ts';
import { isAggregationOperator } from './aggregate.ts';
import { typeOf, type Expression } from './expression.ts';
import { functionNamed } from './functions.ts';
import type { LabelChoice } from './labels.ts';
import { parseNumber } from './literals.ts';
import { parseBinary } from './parse-binary.ts';
import { parseLabelNames } from './parse-labels.ts';
import { parseSelector } from './parse-selector.ts';
import { badData, child, parseSyntax, unsupported, type Node } from './syntax.ts';

/** Rules of the grammar that are no part of what this source knows, in the words of Prometheus' documentation. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  SubqueryExpr: 'subquery',
  StepInvariantExpr: '@ modifier',
  AnchoredExpr: 'anchored modifier',
  SmoothedExpr: 'smoothed modifier',
  StringLiteral: 'a string as an expression',
};

/** @throws QueryError bad_data when it is no PromQL, execution when it is, but this source does not know a part of it */
export function parseQuery(query: string): Expression {
  return parseExpression(parseSyntax(query));
}

function parseExpression(node: Node): Expression {
  switch (node.type) {
    case 'NumberDurationLiteral':
      return { kind: 'number', value: parseNumber(node.text) };
    case 'ParenExpr':
      return parseExpression(first(node));
    case 'VectorSelector':
      return parseSelector(node);
    case 'MatrixSelector':
      return parseRange(node);
    case 'OffsetExpr':
      return parseOffset(node);
    case 'UnaryExpr':
      return parseUnary(node);
    case 'BinaryExpr':
      return parseBinary(node, parseExpression);
    case 'AggregateExpr':
      return parseAggregation(node);
    case 'FunctionCall':
      return parseCall(node);
    default:
      throw unsupported(node, UNSUPPORTED[node.type] ?? node.type);
  }
}

function parseRange(node: Node): Expression {
  const of = first(node);
  if (of.type === 'OffsetExpr') throw badData(node, 'no offset modifiers allowed before range');
  if (of.type !== 'VectorSelector') throw badData(node, 'ranges only allowed for vector selectors');
  const selector = parseSelector(of);
  const length = parseLength(child(node, 'DurationExpr') ?? node);
  if (length <= 0) throw badData(node, 'duration must be greater than 0');
  return { kind: 'range', selector, length };
}

function parseOffset(node: Node): Expression {
  // The grammar lets `a - b offset 1m` be `(a - b) offset 1m`, which Prometheus does not.
  if (['BinaryExpr', 'UnaryExpr'].includes(first(node).type)) {
    throw unsupported(node, 'offset behind an operator without parentheses: write a - (b offset 1m)');
  }
  const of = parseExpression(first(node));
  const offset = parseLength(child(node, 'OffsetDurationExpr') ?? node);
  const selector = of.kind === 'range' ? of.selector : of;
  if (selector.kind !== 'selector' || first(node).type === 'ParenExpr') {
    throw badData(node, 'offset modifier must be preceded by an instant vector selector or range vector selector');
  }
  if (selector.offset !== 0) throw badData(node, 'offset may not be set multiple times');
  return of.kind === 'range' ? { ...of, selector: { ...selector, offset } } : { ...selector, offset };
}

/** `5m`, `300` (seconds), `-5m` for an offset. */
function parseLength(node: Node): Millis {
  const literal = child(node, 'NumberDurationLiteralInDurationContext');
  if (literal !== undefined) return parseNumber(literal.text) * SECOND;
  const [sign, length, ...more] = node.children;
  if (sign?.type !== 'UnaryOp' || length === undefined || more.length > 0)
    throw unsupported(node, 'duration expression');
  return sign.text === '-' ? -parseLength(length) : parseLength(length);
}

function parseUnary(node: Node): Expression {
  const [sign, operand] = node.children;
  if (sign === undefined || operand === undefined) throw badData(node, 'incomplete expression');
  const of = parseExpression(operand);
  if (typeOf(of) === 'range vector') {
    throw badData(node, 'unary expression only allowed on expressions of type scalar or instant vector');
  }
  return sign.text === '-' ? { kind: 'negation', of } : of;
}

function parseAggregation(node: Node): Expression {
  const operator = first(node).text.toLowerCase();
  if (!isAggregationOperator(operator)) throw unsupported(node, `aggregation ${operator}`);
  const [argument, ...more] = child(node, 'FunctionCallBody')?.children ?? [];
  if (argument === undefined || more.length > 0) {
    const count = argument === undefined ? 0 : more.length + 1;
    throw badData(node, `wrong number of arguments for aggregate expression provided, expected 1, got ${count}`);
  }
  const of = parseExpression(argument);
  if (typeOf(of) !== 'instant vector') {
    throw badData(argument, `expected type instant vector in aggregation expression, got ${typeOf(of)}`);
  }
  return { kind: 'aggregation', operator, grouping: parseGrouping(node), of };
}

function parseGrouping(node: Node): LabelChoice {
  const modifier = child(node, 'AggregateModifier');
  if (modifier === undefined) return { mode: 'only', names: [] };
  return { mode: child(modifier, 'Without') === undefined ? 'only' : 'except', names: parseLabelNames(modifier) };
}

function parseCall(node: Node): Expression {
  const name = first(node).text;
  const definition = functionNamed(name);
  if (definition === undefined) throw unsupported(node, `function ${name}`);
  const { parameters, optional = 0 } = definition;
  const written = child(node, 'FunctionCallBody')?.children ?? [];
  if (written.length > parameters.length || written.length < parameters.length - optional) {
    throw badData(node, `expected ${parameters.length} argument(s) in call to "${name}", got ${written.length}`);
  }
  const args = written.map((argument, index) => {
    const parsed = parseExpression(argument);
    if (typeOf(parsed) === parameters[index]) return parsed;
    throw badData(argument, `expected type ${parameters[index]} in call to function "${name}", got ${typeOf(parsed)}`);
  });
  return { kind: 'call', function: definition, args };
}

function first(node: Node): Node {
  const [only] = node.children;
  if (only === undefined) throw badData(node, 'incomplete expression');
  return only;
}
