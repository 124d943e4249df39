/** `name{label="value", …}` → matchers. */
import type { Selector } from './expression.ts';
import { METRIC_NAME } from './labels.ts';
import { createMatcher, type Matcher, type MatchOperator } from './matchers.ts';
import { labelName, stringOf } from './parse-labels.ts';
import { badData, child, type Node } from './syntax.ts';

export function parseSelector(node: Node): Selector {
  const name = child(node, 'Identifier');
  const written = (child(node, 'LabelMatchers')?.children ?? []).map(parseMatcher);
  const matchers = name === undefined ? written : [createMatcher(METRIC_NAME, '=', name.text), ...written];
  refuseTwoNames(node, matchers);
  if (matchers.every((matcher) => matcher.matches(''))) {
    throw badData(node, 'vector selector must contain at least one non-empty matcher');
  }
  return { kind: 'selector', matchers, offset: 0 };
}

function parseMatcher(node: Node): Matcher {
  if (node.type === 'QuotedLabelName') return createMatcher(METRIC_NAME, '=', labelName(node));
  const [label, operator, value] = node.children;
  if (label === undefined || operator === undefined || value === undefined) throw badData(node, 'incomplete matcher');
  return createMatcher(labelName(label), operator.text as MatchOperator, stringOf(value));
}

function refuseTwoNames(node: Node, matchers: readonly Matcher[]): void {
  const [first, second] = matchers.filter(({ name, operator }) => name === METRIC_NAME && operator === '=');
  if (first !== undefined && second !== undefined) {
    throw badData(node, `metric name must not be set twice: "${first.value}" or "${second.value}"`);
  }
}
