/** Every builtin, predicate builtins included. conditions.md §8, §9. None of these can be redeclared. */

export const PREDICATE_BUILTIN_NAMES: ReadonlySet<string> = new Set([
  'all',
  'none',
  'any',
  'one',
  'filter',
  'map',
  'count',
  'sum',
  'find',
  'findIndex',
  'findLast',
  'findLastIndex',
  'groupBy',
  'sortBy',
  'reduce',
]);

export const BUILTIN_NAMES: ReadonlySet<string> = new Set([
  ...PREDICATE_BUILTIN_NAMES,
  ...['len', 'type', 'abs', 'ceil', 'floor', 'round', 'int', 'float', 'string', 'max', 'min', 'mean', 'median'],
  ...['trim', 'trimPrefix', 'trimSuffix', 'upper', 'lower', 'split', 'splitAfter', 'replace', 'repeat', 'join'],
  ...['indexOf', 'lastIndexOf', 'hasPrefix', 'hasSuffix'],
  ...[
    'first',
    'last',
    'take',
    'get',
    'keys',
    'values',
    'toPairs',
    'fromPairs',
    'reverse',
    'uniq',
    'concat',
    'flatten',
    'sort',
  ],
  ...['toJSON', 'fromJSON', 'toBase64', 'fromBase64', 'now', 'date', 'duration', 'timezone'],
  ...['bitand', 'bitor', 'bitxor', 'bitnand', 'bitshl', 'bitshr', 'bitushr', 'bitnot'],
]);
