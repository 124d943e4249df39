/** Binary operators over scalars and vectors: which elements belong together, and what becomes of them. */
import { QueryError } from './errors.ts';
import type { BinaryExpression } from './expression.ts';
import {
  dropLabels,
  formatLabels,
  keepLabels,
  labelKey,
  METRIC_NAME,
  type LabelChoice,
  type Labels,
} from './labels.ts';
import { calculate, compare, isArithmetic, isComparison, isSetOperator, type SetOperator } from './operators.ts';
import { elementsOf, scalar, vector, withoutName, type Element, type Value } from './value.ts';

export function applyBinary(expression: BinaryExpression, left: Value, right: Value): Value {
  if (isSetOperator(expression.operator)) {
    return vector(combine(expression.operator, expression.matching, elementsOf(left), elementsOf(right)));
  }
  if (left.type === 'scalar' && right.type === 'scalar') {
    return scalar(compute(expression, left.value, right.value) ?? 0);
  }
  if (left.type === 'scalar') return vector(withNumber(expression, elementsOf(right), (value) => [left.value, value]));
  if (right.type === 'scalar') return vector(withNumber(expression, elementsOf(left), (value) => [value, right.value]));
  return vector(withVector(expression, elementsOf(left), elementsOf(right)));
}

/** Undefined for a comparison that is false. A true one yields the left operand, or 1 (else 0) with `bool`. */
function compute({ operator, bool }: BinaryExpression, left: number, right: number): number | undefined {
  if (isArithmetic(operator)) return calculate(operator, left, right);
  if (!isComparison(operator)) throw new TypeError(`${operator} is not computed on numbers`);
  const holds = compare(operator, left, right);
  if (bool) return holds ? 1 : 0;
  return holds ? left : undefined;
}

/** Each element against one number, in the order of the query. A comparison keeps the element as it is. */
function withNumber(
  expression: BinaryExpression,
  elements: readonly Element[],
  operands: (value: number) => readonly [number, number],
): readonly Element[] {
  const computed = elements.flatMap(({ labels, value }) => {
    const result = compute(expression, ...operands(value));
    return result === undefined ? [] : [{ labels, value: isFilter(expression) ? value : result }];
  });
  return isFilter(expression) ? computed : withoutName(computed);
}

/**
 * One to one: the elements of both sides whose matching labels are the same.
 * @throws QueryError when several elements of one side have the same
 */
function withVector(
  expression: BinaryExpression,
  left: readonly Element[],
  right: readonly Element[],
): readonly Element[] {
  if (left.length === 0 || right.length === 0) return [];
  const partners = indexed(right, expression.matching);
  const taken = new Set<string>();
  return left.flatMap(({ labels, value }) => {
    const key = matchKey(labels, expression.matching);
    const partner = partners.get(key);
    const result = partner === undefined ? undefined : compute(expression, value, partner.value);
    if (result === undefined) return [];
    if (taken.has(key)) {
      throw new QueryError(
        'execution',
        `multiple matches for labels ${formatLabels(matchGroup(labels, expression.matching))}: ` +
          'many-to-one matching must be explicit (group_left/group_right)',
      );
    }
    taken.add(key);
    return [{ labels: resultLabels(labels, expression), value: result }];
  });
}

function indexed(elements: readonly Element[], matching: LabelChoice): ReadonlyMap<string, Element> {
  const byKey = new Map<string, Element>();
  for (const element of elements) {
    const key = matchKey(element.labels, matching);
    const other = byKey.get(key);
    if (other !== undefined) {
      throw new QueryError(
        'execution',
        `found duplicate series for the match group ${formatLabels(matchGroup(element.labels, matching))} ` +
          'on the right hand-side of the operation: ' +
          `[${formatLabels(element.labels)}, ${formatLabels(other.labels)}];` +
          'many-to-many matching not allowed: matching labels must be unique on one side',
      );
    }
    byKey.set(key, element);
  }
  return byKey;
}

function resultLabels(labels: Labels, expression: BinaryExpression): Labels {
  const { mode, names } = expression.matching;
  const named = isFilter(expression) ? labels : dropLabels(labels, [METRIC_NAME]);
  return mode === 'only' ? keepLabels(named, names) : dropLabels(named, names);
}

function combine(
  operator: SetOperator,
  matching: LabelChoice,
  left: readonly Element[],
  right: readonly Element[],
): readonly Element[] {
  const onLeft = new Set(left.map(({ labels }) => matchKey(labels, matching)));
  const onRight = new Set(right.map(({ labels }) => matchKey(labels, matching)));
  switch (operator) {
    case 'and':
      return left.filter(({ labels }) => onRight.has(matchKey(labels, matching)));
    case 'unless':
      return left.filter(({ labels }) => !onRight.has(matchKey(labels, matching)));
    case 'or':
      return [...left, ...right.filter(({ labels }) => !onLeft.has(matchKey(labels, matching)))];
  }
}

/** A comparison without `bool` picks elements; everything else makes new ones. */
function isFilter({ operator, bool }: BinaryExpression): boolean {
  return isComparison(operator) && !bool;
}

function matchKey(labels: Labels, matching: LabelChoice): string {
  return labelKey(matchGroup(labels, matching));
}

/** The labels that decide; the metric's name never does unless it is asked for. */
function matchGroup(labels: Labels, { mode, names }: LabelChoice): Labels {
  return mode === 'only' ? keepLabels(labels, names) : dropLabels(labels, [...names, METRIC_NAME]);
}
