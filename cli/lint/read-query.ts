/** PromQL → what lint wants to know of it. The syntax is read by Prometheus' own grammar. */
import type { QueryFacts, QueryQuantile, QuerySelector, ReadQuery } from '#core/lint/readers.ts';
import { stoodInFor, tokensIn, type Token } from '#core/lint/tokens.ts';
import { SECOND, type Millis } from '#core/time.ts';
import { QueryError } from '../../infra/local/metrics/promql/errors.ts';
import { parseNumber } from '../../infra/local/metrics/promql/literals.ts';
import { child, parseSyntax, type Node } from '../../infra/local/metrics/promql/syntax.ts';
import { answerOf } from './query-answer.ts';
import { bucketsOf } from './query-buckets.ts';

export function readQuery(query: string): QueryFacts {
  const isOpen = tokensIn(query).some((token) => isOutsideText(query, token));
  const texts = tokensIn(query).length === 0 ? [query] : [inContext(query), asNames(query)];
  const attempts = texts.map(parsed);
  const tree = attempts.find((attempt) => !(attempt instanceof QueryError));
  if (tree !== undefined && !(tree instanceof QueryError)) {
    const facts = factsOf(tree, query);
    // A number that stands in for an argument may be a whole expression.
    return isOpen && facts.yields === 'scalar' ? { state: 'open' } : facts;
  }
  const [error] = attempts;
  return error instanceof QueryError && !isOpen ? brokenAt(query, error) : { state: 'open' };
}

function parsed(text: string): Node | QueryError {
  try {
    return parseSyntax(text);
  } catch (error) {
    if (error instanceof QueryError) return error;
    throw error;
  }
}

/** `1:5: parse error: …` as the offset and the rest. */
function brokenAt(query: string, error: QueryError): QueryFacts {
  const [, line, column, problem] = /^(\d+):(\d+): (.*)$/s.exec(error.message) ?? [];
  if (error.errorType !== 'bad_data' || problem === undefined) return { state: 'open' };
  const before = query.split('\n').slice(0, Number(line) - 1);
  const at = before.reduce((sum, text) => sum + text.length + 1, 0) + Number(column) - 1;
  return { state: 'broken', problem, at };
}

/** A length behind `[`, a name next to other letters or in front of a selector, else a number. */
function inContext(query: string): string {
  return stoodInFor(query, ({ at, written }) => {
    const [before, after] = [query.slice(0, at), query.slice(at + written.length)];
    if (/(\[|:|\boffset)\s*$/i.test(before)) return /^\w/.test(after) ? '1'.repeat(written.length) : '1y';
    return /\w$/.test(before) || /^[\w{[(]/.test(after) ? 'x'.repeat(written.length) : '1';
  });
}

function asNames(query: string): string {
  return stoodInFor(query, ({ written }) => 'x'.repeat(written.length));
}

/** Is an even number of quotes in front of it? Only where it is can the token be the reason that nothing parses. */
function isOutsideText(query: string, { at }: Token): boolean {
  return (query.slice(0, at).match(/["'`]/g) ?? []).length % 2 === 0;
}

function factsOf(tree: Node, query: string): ReadQuery {
  const { yields, mayBeEmpty, mayBeNaN } = answerOf(tree);
  const nodes = allNodes(tree);
  return {
    state: 'read',
    yields: yields === 'scalar' ? 'scalar' : 'vector',
    mayBeEmpty,
    mayBeNaN,
    selectors: nodes.filter(({ type }) => type === 'VectorSelector').map((node) => selectorOf(node, nodes, query)),
    quantiles: nodes.flatMap((node) => quantileOf(node) ?? []),
  };
}

function allNodes(node: Node): readonly Node[] {
  return [node, ...node.children.flatMap(allNodes)];
}

function selectorOf(node: Node, all: readonly Node[], query: string): QuerySelector {
  const written = ({ from, text }: Node) => query.slice(from, from + text.length);
  const matchers = (child(node, 'LabelMatchers')?.children ?? []).map((matcher) => ({
    label: (matcher.children[0]?.text ?? '').replaceAll(/^["']|["']$/g, ''),
    value: matcher.children.length < 2 ? '' : written(matcher.children.at(-1) ?? matcher).slice(1, -1),
  }));
  const name = child(node, 'Identifier');
  const metric = name === undefined ? matchers.find(({ label }) => label === '__name__')?.value : written(name);
  const range = rangeOf(all.find(({ type, children }) => type === 'MatrixSelector' && children[0] === node));
  return { at: node.from, metric: metric ?? '', matchers, ...(range === undefined ? {} : { range }) };
}

function rangeOf(matrix: Node | undefined): Millis | undefined {
  const length = matrix === undefined ? undefined : child(matrix, 'DurationExpr')?.children[0];
  return length?.type === 'NumberDurationLiteralInDurationContext' ? parseNumber(length.text) * SECOND : undefined;
}

function quantileOf(node: Node): QueryQuantile | undefined {
  if (node.type !== 'FunctionCall' || node.children[0]?.text !== 'histogram_quantile') return undefined;
  const [, histogram] = child(node, 'FunctionCallBody')?.children ?? [];
  return histogram === undefined ? undefined : { at: node.from, buckets: bucketsOf(histogram) };
}
