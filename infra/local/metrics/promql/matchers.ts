/** Label matchers: `name="value"`, `!=`, `=~`, `!~`. */
import { labelValue, type Labels } from './labels.ts';
import { compileAnchored } from './regex.ts';

export type MatchOperator = '=' | '!=' | '=~' | '!~';

export interface Matcher {
  readonly name: string;
  readonly operator: MatchOperator;
  readonly value: string;
  /** @param value of the label; empty when the series has no such label */
  readonly matches: (value: string) => boolean;
}

/** @throws QueryError when the value of `=~` or `!~` is no pattern that can be run */
export function createMatcher(name: string, operator: MatchOperator, value: string): Matcher {
  return { name, operator, value, matches: predicate(operator, value) };
}

export function matchesAll(labels: Labels, matchers: readonly Matcher[]): boolean {
  return matchers.every((matcher) => matcher.matches(labelValue(labels, matcher.name)));
}

function predicate(operator: MatchOperator, value: string): (candidate: string) => boolean {
  switch (operator) {
    case '=':
      return (candidate) => candidate === value;
    case '!=':
      return (candidate) => candidate !== value;
    case '=~':
      return compileAnchored(value);
    case '!~': {
      const matches = compileAnchored(value);
      return (candidate) => !matches(candidate);
    }
  }
}
