/** A Kubernetes JSONPath template as data: a list of texts and `{…}` actions. */

export type PathNode =
  /** A text outside braces, or a quoted one inside: itself a result. */
  | { readonly type: 'text'; readonly text: string }
  /** An integer is a bigint: it does not compare with the numbers of a document, which are all floats. */
  | { readonly type: 'literal'; readonly value: number | bigint | boolean }
  /** One `{…}`, or one member of a union: each node works on what the one before found. */
  | { readonly type: 'list'; readonly nodes: readonly PathNode[] }
  | { readonly type: 'field'; readonly name: string }
  | { readonly type: 'wildcard' }
  | { readonly type: 'recursive' }
  | { readonly type: 'slice'; readonly slice: Slice }
  | { readonly type: 'union'; readonly members: readonly PathList[] }
  | { readonly type: 'filter'; readonly filter: Filter }
  | { readonly type: 'keyword'; readonly word: string };

export type PathList = Extract<PathNode, { type: 'list' }>;

/** `[start:end:step]`; negative numbers count from the end. */
export interface Slice {
  readonly start: number;
  /** undefined: to the end of the array. */
  readonly end: number | undefined;
  readonly step: number;
  /** `[n]`: the end was not written but follows from the start. */
  readonly single: boolean;
}

export interface Filter {
  readonly left: PathList;
  readonly right: PathList;
  /** `exists` for a filter without comparison; any other text that is no operator is refused when it is used. */
  readonly operator: string;
}

/** A template that cannot be read. */
export class PathSyntaxError extends Error {
  override readonly name = 'PathSyntaxError';
}

/** A template that does not fit the document. */
export class PathError extends Error {
  override readonly name = 'PathError';
}
