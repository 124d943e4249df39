/** `left <operator> [bool] [on|ignoring (…)] right`. */
import { typeOf, type BinaryExpression, type Expression } from './expression.ts';
import type { LabelChoice } from './labels.ts';
import { isArithmetic, isComparison, isSetOperator, type BinaryOperator } from './operators.ts';
import { parseLabelNames } from './parse-labels.ts';
import { badData, child, unsupported, type Node } from './syntax.ts';

/** What the operands share where the query names no labels: all. */
const ALL_LABELS: LabelChoice = { mode: 'except', names: [] };

/** @param parseOperand parses the operands, which may be anything */
export function parseBinary(node: Node, parseOperand: (operand: Node) => Expression): Expression {
  const [leftNode, operatorNode] = node.children;
  const rightNode = node.children.at(-1);
  if (leftNode === undefined || operatorNode === undefined || rightNode === undefined || rightNode === operatorNode) {
    throw badData(node, 'incomplete expression');
  }
  const operator = parseOperator(operatorNode);
  const signed = operator === '^' ? signedNumber(leftNode) : undefined;
  const expression: BinaryExpression = {
    kind: 'binary',
    operator,
    left: parseOperand(signed ?? leftNode),
    right: parseOperand(rightNode),
    bool: child(node, 'BoolModifier') !== undefined,
    matching: parseMatching(node),
  };
  checkTypes(expression, node);
  return signed !== undefined && leftNode.text.startsWith('-') ? { kind: 'negation', of: expression } : expression;
}

/** The grammar takes the sign into the number, but a power binds closer: `-1 ^ 2` is `-(1 ^ 2)`. */
function signedNumber(left: Node): Node | undefined {
  const sign = left.type === 'NumberDurationLiteral' ? /^[-+]\s*/.exec(left.text)?.[0] : undefined;
  return sign === undefined ? undefined : { ...left, text: left.text.slice(sign.length) };
}

function parseOperator(node: Node): BinaryOperator {
  const operator = node.text.toLowerCase();
  if (isArithmetic(operator) || isComparison(operator) || isSetOperator(operator)) return operator;
  throw unsupported(node, `operator ${operator}`);
}

function parseMatching(node: Node): LabelChoice {
  const fill = child(node, 'FillModifier');
  if (fill !== undefined) throw unsupported(fill, 'fill modifier');
  const clause = child(node, 'MatchingModifierClause');
  if (clause === undefined) return ALL_LABELS;
  const group = child(clause, 'GroupLeft') ?? child(clause, 'GroupRight');
  if (group !== undefined) throw unsupported(group, group.text.toLowerCase());
  return { mode: child(clause, 'On') === undefined ? 'except' : 'only', names: parseLabelNames(clause) };
}

function checkTypes({ left, right, operator, bool }: BinaryExpression, node: Node): void {
  const types = [typeOf(left), typeOf(right)];
  const hasScalar = types.includes('scalar');
  if (types.includes('range vector')) {
    throw badData(node, 'binary expression must contain only scalar and instant vector types');
  }
  if (bool && !isComparison(operator)) {
    throw badData(node, 'bool modifier can only be used on comparison operators');
  }
  if (isSetOperator(operator) && hasScalar) {
    throw badData(node, `set operator "${operator}" not allowed in binary scalar expression`);
  }
  if (isComparison(operator) && !bool && !types.includes('instant vector')) {
    throw badData(node, 'comparisons between scalars must use BOOL modifier');
  }
  if (hasScalar && child(node, 'MatchingModifierClause') !== undefined) {
    throw badData(node, 'vector matching only allowed between instant vectors');
  }
}
