import { describe, expect, it } from '@jest/globals';
import { verdict, type RowWithResult } from './verdict.ts';

const BOOL = 'interface conversion: interface {} is bool, not int';

describe('given a search from the end, when an operand waits for it, then the reference mistakes a bool for that operand', () => {
  it.each<RowWithResult>([
    ['findLast(1..3, # < 3) == 2', null, true],
    ['2 == findLast(1..3, # < 3)', null, `run: ${BOOL}`],
    ['2 != findLastIndex(1..3, # == 9)', null, `run: ${BOOL}`],
    ['result[0] < filter(result, # > 1)[-1]', [1, 2, 3], 'run: invalid operation: bool < float64'],
    ['[1, findLast(1..3, # < 3)] == [true, 2]', null, true],
    ['[1, findLast(1..3, # > 9)] == [false, nil]', null, true],
    [
      '{"a": 1, "b": findLast(1..3, # > 9)} == {"b": 2}',
      null,
      `run: interface conversion: interface {} is bool, not string`,
    ],
    ['max(1, findLast(1..3, # < 3)) == 2', null, 'run: invalid argument for max (type bool)'],
    ['result[findLastIndex(result, # < 3)] == 2', [1, 2, 3], 'run: cannot fetch 1 from bool'],
    ['result[findLastIndex(result, # < 3):] == [2, 3]', [1, 2, 3], 'run: cannot slice 1'],
    ['map(1..2, findLast(result, # > 1)) == [true, 3]', [2, 3], true],
    ['any(1..2, findLast(result, # > 1) == 3) and last(filter(result, # > 1)) == 3', [2, 3], true],
    ['let top = findLast(result, # > 1); 3 == top', [2, 3], true],
  ])('%s with %j is %p', (source, result, expected) => {
    expect(verdict(source, result)).toBe(expected);
  });
});
