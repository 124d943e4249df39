/** Kubernetes label selectors: what they match and how they print. */
import type { ReplicaSet } from '../resources/kubernetes.ts';

export type LabelSelector = NonNullable<NonNullable<ReplicaSet['spec']>['selector']>;
export type Requirement = NonNullable<LabelSelector['matchExpressions']>[number];
type Labels = Readonly<Record<string, string>>;

/** An empty selector matches everything, an absent one nothing. */
export function selectorMatches(selector: LabelSelector | undefined, labels: Labels = {}): boolean {
  if (selector === undefined) return false;
  const { matchLabels = {} } = selector;
  for (const key of Object.keys(matchLabels)) if (labels[key] !== matchLabels[key]) return false;
  return expressionsOf(selector).every((expression) => meets(expression, labels));
}

export function isEmptySelector(selector: LabelSelector): boolean {
  return Object.keys(selector.matchLabels ?? {}).length === 0 && expressionsOf(selector).length === 0;
}

function meets({ key, operator, values = [] }: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}

/** `k1=v1,k2=v2`, then `k in (a,b)`, `k notin (a)`, `k`, `!k`; keys sorted. engine §1.3 `selector`. */
export function formatSelector(selector: LabelSelector | undefined): string {
  if (selector === undefined) return '';
  const pairs = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({ key, text: `${key}=${value}` }));
  const expressions = expressionsOf(selector).map((expression) => ({
    key: expression.key,
    text: formatted(expression),
  }));
  return [...pairs, ...expressions]
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ text }) => text)
    .join(',');
}

function formatted({ key, operator, values = [] }: Requirement): string {
  const list = values.toSorted().join(',');
  switch (operator) {
    case 'In':
      return `${key} in (${list})`;
    case 'NotIn':
      return `${key} notin (${list})`;
    case 'Exists':
      return key;
    default:
      return `!${key}`;
  }
}

function expressionsOf(selector: LabelSelector): readonly Requirement[] {
  return selector.matchExpressions ?? [];
}
