/** The syntax tree as plain data, from Prometheus' own grammar (lezer-promql), and errors that say where. */
import { parser } from '@prometheus-io/lezer-promql';
import type { SyntaxNode } from '@lezer/common';
import { QueryError } from './errors.ts';

export interface Node {
  /** The rule's name in the grammar: `VectorSelector`. */
  readonly type: string;
  readonly text: string;
  readonly children: readonly Node[];
  /** The whole query, and where in it this begins. */
  readonly query: string;
  readonly from: number;
}

const LONGEST_QUERY = 20_000;
const DEEPEST_NESTING = 200;
/** What the grammar puts where the text does not fit. */
const ERROR = '⚠';

/** @throws QueryError bad_data when the text is no PromQL */
export function parseSyntax(query: string): Node {
  if (query.length > LONGEST_QUERY) {
    throw new QueryError('execution', `not supported: a query of more than ${LONGEST_QUERY} characters`);
  }
  const root = plain(parser.parse(query).topNode, query, 0);
  refuseErrors(root);
  const [expression] = root.children;
  if (expression === undefined) throw badData(root, 'no expression found in input');
  return expression;
}

export function child(node: Node, type: string): Node | undefined {
  return node.children.find((candidate) => candidate.type === type);
}

export function badData(node: Node, because: string): QueryError {
  return new QueryError('bad_data', `${position(node)}: parse error: ${because}`);
}

/** It is PromQL, but not for this source. @param construct what it is called */
export function unsupported(node: Node, construct: string): QueryError {
  return new QueryError('execution', `${position(node)}: not supported: ${construct}`);
}

function plain(node: SyntaxNode, query: string, depth: number): Node {
  if (depth > DEEPEST_NESTING) {
    throw new QueryError('execution', `not supported: an expression nested deeper than ${DEEPEST_NESTING}`);
  }
  const children: Node[] = [];
  for (let next = node.firstChild; next !== null; next = next.nextSibling) {
    if (next.name !== 'LineComment') children.push(plain(next, query, depth + 1));
  }
  return { type: node.name, text: query.slice(node.from, node.to), children, query, from: node.from };
}

function refuseErrors(node: Node): void {
  for (const [index, next] of node.children.entries()) {
    if (next.type === ERROR) throw badData(next, whatIsWrong(next, node.children[index - 1]));
    refuseErrors(next);
  }
}

function whatIsWrong(error: Node, before: Node | undefined): string {
  const rest = error.query.slice(error.from);
  if (rest.trim() === '') return error.query.trim() === '' ? 'no expression found in input' : 'unexpected end of input';
  if (before?.type === 'Identifier' && rest.startsWith('(')) return `unknown function with name "${before.text}"`;
  return `unexpected ${JSON.stringify(rest.slice(0, 20))}`;
}

/** Line and column, from 1. */
function position({ query, from }: Node): string {
  const lines = query.slice(0, from).split('\n');
  return `${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
}
