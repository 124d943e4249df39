/** What a PromQL expression can answer: nothing at all, NaN, zero. Errs on the side of "may". */
import { child, type Node } from '../../infra/local/metrics/promql/syntax.ts';

export interface Answer {
  readonly yields: 'scalar' | 'vector' | 'range';
  readonly mayBeEmpty: boolean;
  readonly mayBeNaN: boolean;
  readonly mayBeZero: boolean;
}

const SERIES: Answer = { yields: 'vector', mayBeEmpty: true, mayBeNaN: false, mayBeZero: true };
const NUMBER: Answer = { yields: 'scalar', mayBeEmpty: false, mayBeNaN: false, mayBeZero: true };

export function answerOf(node: Node): Answer {
  switch (node.type) {
    case 'NumberDurationLiteral':
      return { ...NUMBER, mayBeNaN: /nan/i.test(node.text), mayBeZero: Number(node.text) === 0 };
    case 'StringLiteral':
      return NUMBER;
    case 'VectorSelector':
      return SERIES;
    case 'MatrixSelector':
    case 'SubqueryExpr':
      return { ...ofFirst(node), yields: 'range' };
    case 'UnaryExpr':
      return ofLast(node);
    case 'AggregateExpr':
      return aggregated(node);
    case 'FunctionCall':
      return called(node);
    case 'BinaryExpr':
      return combined(node);
    default:
      return ofFirst(node);
  }
}

function ofFirst({ children: [first] }: Node): Answer {
  return first === undefined ? SERIES : answerOf(first);
}

function ofLast({ children }: Node): Answer {
  const last = children.at(-1);
  return last === undefined ? SERIES : answerOf(last);
}

function argumentsOf(node: Node): readonly Node[] {
  return child(node, 'FunctionCallBody')?.children ?? [];
}

function aggregated(node: Node): Answer {
  const last = argumentsOf(node).at(-1);
  const inner = last === undefined ? SERIES : answerOf(last);
  const counts = /^(count|group)$/i.test(node.children[0]?.text ?? '');
  return { ...inner, yields: 'vector', ...(counts ? { mayBeNaN: false, mayBeZero: false } : { mayBeZero: true }) };
}

function called(node: Node): Answer {
  const name = node.children[0]?.text ?? '';
  const args = argumentsOf(node).map(answerOf);
  const series = args.find(({ yields }) => yields !== 'scalar');
  const inner: Answer = { ...(series ?? { ...NUMBER, yields: 'vector' }), yields: 'vector' };
  switch (name) {
    case 'vector':
      return { ...(args[0] ?? NUMBER), yields: 'vector' };
    case 'scalar':
      return { ...inner, yields: 'scalar', mayBeEmpty: false, mayBeNaN: inner.mayBeEmpty || inner.mayBeNaN };
    case 'time':
    case 'pi':
      return { ...NUMBER, mayBeZero: false };
    case 'absent':
    case 'absent_over_time':
      return { ...SERIES, mayBeZero: false };
    case 'histogram_quantile':
    case 'histogram_fraction':
    case 'histogram_avg':
      return { ...inner, mayBeNaN: true };
    case 'clamp_min':
      return { ...inner, mayBeZero: !(Number(argumentsOf(node)[1]?.text) > 0) };
    default:
      return inner;
  }
}

function combined(node: Node): Answer {
  const [leftNode] = node.children;
  const rightNode = node.children.at(-1);
  if (leftNode === undefined || rightNode === undefined) return SERIES;
  const [left, right] = [answerOf(leftNode), answerOf(rightNode)];
  const operator = (node.children[1]?.text ?? '').toLowerCase();
  switch (operator) {
    case 'or':
      return {
        yields: 'vector',
        mayBeEmpty: left.mayBeEmpty && right.mayBeEmpty,
        mayBeNaN: left.mayBeNaN || right.mayBeNaN,
        mayBeZero: left.mayBeZero || right.mayBeZero,
      };
    case 'and':
    case 'unless':
      return { ...left, mayBeEmpty: true };
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compared(left, right, operator, {
        limit: Number(rightNode.text),
        asNumber: child(node, 'BoolModifier') !== undefined,
      });
    default:
      return calculated(left, right, operator);
  }
}

/** A comparison keeps what is true; only `!=` is true of NaN. */
function compared(left: Answer, right: Answer, operator: string, how: { limit: number; asNumber: boolean }): Answer {
  const both = calculated(left, right, operator);
  if (how.asNumber) return { ...both, mayBeNaN: false, mayBeZero: true };
  const { limit } = how;
  const excludesZero =
    (operator === '>' && limit >= 0) || (operator === '>=' && limit > 0) || (operator === '!=' && limit === 0);
  return { ...both, mayBeEmpty: true, mayBeNaN: operator === '!=' && left.mayBeNaN, mayBeZero: !excludesZero };
}

function calculated(left: Answer, right: Answer, operator: string): Answer {
  const zeroByZero = (operator === '/' && left.mayBeZero && right.mayBeZero) || (operator === '%' && right.mayBeZero);
  return {
    yields: left.yields === 'scalar' && right.yields === 'scalar' ? 'scalar' : 'vector',
    mayBeEmpty: left.mayBeEmpty || right.mayBeEmpty,
    mayBeNaN: left.mayBeNaN || right.mayBeNaN || zeroByZero,
    mayBeZero: operator === '/' || operator === '*' ? left.mayBeZero || right.mayBeZero : true,
  };
}
