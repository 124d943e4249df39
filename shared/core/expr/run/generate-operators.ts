/** Binary operators as steps: from the value of the left side, on to the value of the whole. conditions.md §6. */
import { includes as hasPart, endsWith, startsWith } from '../builtins/texts.ts';
import type { Meter } from '../meter.ts';
import { compileRegexp } from '../regexp/regexp.ts';
import type { BinaryNode, Node } from '../syntax/syntax.ts';
import { contains } from '../values/access.ts';
import { add, divide, modulo, multiply, power, subtract, toInt } from '../values/arithmetic.ts';
import { asBoolean, asInt, asText, conversionFails } from '../values/assertions.ts';
import { equal, equalTexts } from '../values/equality.ts';
import { wrap } from '../values/integers.ts';
import { inOrder, type Comparison } from '../values/order.ts';
import { decode } from '../values/text.ts';
import { ByteList, isNil, RangeList, type Value } from '../values/values.ts';
import type { Evaluate, Frame } from './frame.ts';
import type { Generating } from './generating.ts';
import { leavesRemains } from './remains.ts';

export type Step = (left: Value, frame: Frame) => Value;

export function generateStep(generating: Generating, node: BinaryNode): Step {
  const right = generating.generate(node.right);
  if (!leavesRemains(node.right) || SHORT_CIRCUITS.has(node.operator)) return stepTo(generating, node, right);
  let value: Value = null;
  const step = stepTo(generating, node, () => value);
  return (left, frame) => {
    frame.remains.push(left);
    value = right(frame);
    return step(frame.remains.pop() ?? null, frame);
  };
}

/** Their left side does not wait for the right one. */
const SHORT_CIRCUITS: ReadonlySet<string> = new Set(['and', '&&', 'or', '||', '??']);

function stepTo(generating: Generating, node: BinaryNode, right: Evaluate): Step {
  switch (node.operator) {
    case 'and':
    case '&&':
      return (left, frame) => (asBoolean(left) ? right(frame) : false);
    case 'or':
    case '||':
      return (left, frame) => (asBoolean(left) ? true : right(frame));
    case '??':
      return (left, frame) => (isNil(left) ? right(frame) : left);
    case '==':
      return equality(generating, node, right, true);
    case '!=':
      return equality(generating, node, right, false);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return comparison(node.operator, node.right, right);
    case 'in':
      return (left, frame) => contains(right(frame), left, frame.meter);
    case 'matches':
      return matching(node.right, right);
    default:
      return plainStep(node.operator, right);
  }
}

function plainStep(operator: string, right: Evaluate): Step {
  switch (operator) {
    case '+':
      return (left, frame) => addMetered(left, right(frame), frame.meter);
    case '-':
      return (left, frame) => subtract(left, right(frame));
    case '*':
      return (left, frame) => multiply(left, right(frame));
    case '/':
      return (left, frame) => divide(left, right(frame));
    case '%':
      return (left, frame) => modulo(left, right(frame));
    case '..':
      return (left, frame) => rangeOf(left, right(frame), frame.meter);
    case 'contains':
      return textTest(right, hasPart);
    case 'startsWith':
      return textTest(right, startsWith);
    case 'endsWith':
      return textTest(right, endsWith);
    default:
      return (left, frame) => power(left, right(frame));
  }
}

function addMetered(left: Value, right: Value, meter: Meter): Value {
  if (typeof left === 'string' && typeof right === 'string') meter.chargeText(left.length + right.length);
  return add(left, right);
}

/**
 * When both sides are statically int, or both string, the values must be: `max(1, 2.5) == 2` is an error. conditions.md §6.
 */
function equality(
  generating: Generating,
  { left, right: rightNode }: BinaryNode,
  right: Evaluate,
  wanted: boolean,
): Step {
  const [a, b] = [generating.typeOf(left), generating.typeOf(rightNode)];
  const same = a?.kind === b?.kind && a?.declared === undefined && b?.declared === undefined;
  if (same && a?.kind === 'int') {
    return (value, frame) => {
      const other = right(frame);
      return (asInt(value) === asInt(other)) === wanted;
    };
  }
  if (same && a?.kind === 'string') {
    return (value, frame) => {
      const other = right(frame);
      return equalTexts(asText(value), asText(other), frame.meter) === wanted;
    };
  }
  return (value, frame) => equal(value, right(frame), frame.meter) === wanted;
}

/** With a literal number on the right, the usual case of a float on the left needs no more than one comparison. */
function comparison(operator: Comparison, node: Node, right: Evaluate): Step {
  if (node.type !== 'float' && node.type !== 'integer') {
    return (left, frame) => {
      if (typeof left === 'string') frame.meter.charge(left.length >> 2);
      return inOrder(operator, left, right(frame));
    };
  }
  const literal = node.value;
  const limit = Number(literal);
  switch (operator) {
    case '<':
      return (left) => (typeof left === 'number' ? left < limit : inOrder('<', left, literal));
    case '<=':
      return (left) => (typeof left === 'number' ? left <= limit : inOrder('<=', left, literal));
    case '>':
      return (left) => (typeof left === 'number' ? left > limit : inOrder('>', left, literal));
    case '>=':
      return (left) => (typeof left === 'number' ? left >= limit : inOrder('>=', left, literal));
  }
}

/** Patterns that cost this much more than a look-up when they are read. */
const PATTERN_STEPS = 50;

function matching(node: Node, right: Evaluate): Step {
  if (node.type === 'string') {
    const regexp = compileRegexp(node.value);
    return (left, frame) => !isNil(left) && regexp.matches(subjectOf(left), frame.meter);
  }
  return (left, frame) => {
    const pattern = right(frame);
    if (isNil(left) || isNil(pattern)) return false;
    frame.meter.charge(PATTERN_STEPS + 20 * asText(pattern).length);
    return compileRegexp(asText(pattern)).matches(subjectOf(left), frame.meter);
  };
}

function subjectOf(value: Value): string {
  if (typeof value === 'string') return value;
  return value instanceof ByteList ? decode(value.bytes) : conversionFails(value, '[]uint8');
}

/** With nil on either side the answer is no. */
function textTest(right: Evaluate, holds: (text: string, part: string) => boolean): Step {
  return (left, frame) => {
    const part = right(frame);
    if (isNil(left) || isNil(part)) return false;
    frame.meter.charge((asText(left).length + asText(part).length) >> 1);
    return holds(asText(left), asText(part));
  };
}

/** Inclusive ints; empty when the end is smaller. */
function rangeOf(left: Value, right: Value, meter: Meter): Value {
  const first = toInt(left);
  const length = wrap(toInt(right) - first + 1n);
  const size = length > 0n ? Number(length) : 0;
  meter.allocate(size);
  return new RangeList(first, size);
}
