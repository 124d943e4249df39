/** What happens to a histogram's buckets before a quantile is taken of them. */
import type { QueryQuantile } from '#core/lint/readers.ts';
import { child, type Node } from '../../infra/local/metrics/promql/syntax.ts';

type Buckets = QueryQuantile['buckets'];

/** The outermost aggregation decides. */
export function bucketsOf(node: Node): Buckets {
  switch (node.type) {
    case 'AggregateExpr':
      return afterAggregation(node);
    case 'VectorSelector':
      return isRecorded(node) ? 'summed' : 'not summed';
    default: {
      const operands = node.type === 'FunctionCall' ? child(node, 'FunctionCallBody')?.children : node.children;
      const inner = (operands ?? []).map(bucketsOf);
      return inner.find((buckets) => buckets !== 'not summed') ?? 'not summed';
    }
  }
}

function afterAggregation(node: Node): Buckets {
  const modifier = child(node, 'AggregateModifier');
  const labels = (modifier === undefined ? undefined : child(modifier, 'GroupingLabels'))?.children ?? [];
  const namesLe = labels.some(({ text }) => text.replaceAll('"', '') === 'le');
  const isWithout = modifier !== undefined && child(modifier, 'Without') !== undefined;
  if (namesLe !== isWithout || !isClassic(node)) return 'summed';
  return 'le is lost';
}

/** Native histograms carry their buckets inside: they have no label le. */
function isClassic(node: Node): boolean {
  return /_bucket\b|\ble\s*[=!]/.test(node.text);
}

/** Recording rules, whose names have colons, are summed already, or by whoever wrote them. */
function isRecorded(node: Node): boolean {
  return (child(node, 'Identifier')?.text ?? '').includes(':');
}
