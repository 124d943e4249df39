/** Regular expressions as a tree. conditions.md §6 `matches`: RE2 syntax. */
import type { CharacterSet } from './character-set.ts';

export type Assertion = 'line-start' | 'line-end' | 'text-start' | 'text-end' | 'word' | 'not-word';

export type Tree =
  | { readonly type: 'empty' }
  | { readonly type: 'set'; readonly set: CharacterSet }
  | { readonly type: 'assert'; readonly what: Assertion }
  | { readonly type: 'sequence'; readonly parts: readonly Tree[] }
  | { readonly type: 'choice'; readonly options: readonly Tree[] }
  /** `most` is absent where there is no upper bound. */
  | { readonly type: 'repeat'; readonly body: Tree; readonly least: number; readonly most: number | undefined };

export const EMPTY: Tree = { type: 'empty' };

export function sequenceOf(parts: readonly Tree[]): Tree {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { type: 'sequence', parts };
}

export function choiceOf(options: readonly Tree[]): Tree {
  const [only] = options;
  return options.length === 1 && only !== undefined ? only : { type: 'choice', options };
}
