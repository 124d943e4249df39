/** Names of labels, quoted or not, and the texts they are compared with. */
import { unquote } from './literals.ts';
import { badData, child, type Node } from './syntax.ts';

/** The names in `by (…)`, `without (…)`, `on (…)` and `ignoring (…)`. */
export function parseLabelNames(modifier: Node): readonly string[] {
  return (child(modifier, 'GroupingLabels')?.children ?? []).map(labelName);
}

export function labelName(node: Node): string {
  return node.type === 'QuotedLabelName' ? stringOf(child(node, 'StringLiteral') ?? node) : node.text;
}

/** The text that a quoted literal means. */
export function stringOf(node: Node): string {
  const text = unquote(node.text);
  if (text === undefined) throw badData(node, `invalid string ${node.text}`);
  return text;
}
