import { describe, expect, it } from '@jest/globals';
import { verdict, verdictOn, type RowWithResult } from './verdict.ts';

describe('given the type of the measured value, when the text does not fit it, then nothing is evaluated', () => {
  it.each<RowWithResult>([
    ['true || nosuch', 1, 'compile: unknown name nosuch'],
    ['true || result.x', 5, 'compile: type float64 has no field x'],
    ['result.x()', 5, 'compile: type float64 has no method x'],
    ['result.x', null, 'compile: type nil has no field x'],
    ['result["x"]', [1], 'compile: array elements can only be selected using an integer (got string)'],
    ['result[1.5] == 1', [1], 'compile: array elements can only be selected using an integer (got float64)'],
    ['result[0]', 'abc', 'compile: type string[int] is undefined'],
    ['result[1]', { a: 1 }, 'compile: cannot use int to get an element from map[string]interface {}'],
    ['result[1:2]', { a: 1 }, 'compile: cannot slice map[string]interface {}'],
    ['result["a":]', [1], 'compile: non-integer slice index string'],
    ['result > "a"', 1, 'compile: invalid operation: > (mismatched types float64 and string)'],
    ['result == "a"', 1, 'compile: invalid operation: == (mismatched types float64 and string)'],
    ['result % 2', 4, 'compile: invalid operation: % (mismatched types float64 and int)'],
    ['result > 1', null, 'compile: invalid operation: > (mismatched types unknown and int)'],
    ['-result', 'a', 'compile: invalid operation: - (mismatched type string)'],
    ['not result', 1, 'compile: invalid operation: not (mismatched type float64)'],
    ['result and true', 1, 'compile: invalid operation: and (mismatched types float64 and bool)'],
    [
      'result and result.x',
      { x: true },
      'compile: invalid operation: and (mismatched types map[string]interface {} and interface {})',
    ],
    ['result + 1', 'a', 'compile: invalid operation: + (mismatched types string and int)'],
    ['result ? 1 : 2', 1, 'compile: non-bool expression (type float64) used as condition'],
    ['1 in result', { a: 1 }, 'compile: cannot use int as type string in map key'],
    ['"a" in 1..3', 1, 'compile: cannot use string as type int in array'],
    ['1 in result', 'abc', 'compile: invalid operation: in (mismatched types int and string)'],
    ['result matches 1', 'a', 'compile: invalid operation: matches (mismatched types string and int)'],
    ['result matches "["', 5, 'compile: error parsing regexp: missing closing ]: `[`'],
    ['1.5..2', 1, 'compile: invalid operation: .. (mismatched types float64 and int)'],
    ['all(result, true)', 5, 'compile: builtin all takes only array (got float64)'],
    ['filter([1], # + 1)', 1, 'compile: predicate should return boolean (got int)'],
    ['map([1], nil)', 1, 'compile: predicate should has one input and one output param'],
    ['all([1], #index == 0)', 1, 'compile: unknown pointer #index'],
    ['sortBy([1], #, 1)', 1, 'compile: sortBy order argument must be a string (got int)'],
    ['len(result)', 5, 'compile: invalid argument for len (type float64)'],
    ['len()', 5, 'compile: invalid number of arguments (expected 1, got 0)'],
    ['hasPrefix(result, "a")', 5, 'compile: cannot use float64 as argument (type string) to call hasPrefix '],
    ['upper(nil)', 5, 'compile: cannot use nil as argument (type string) to call upper'],
    ['upper("a", "b")', 5, 'compile: too many arguments to call upper'],
    ['isNil()', 1, 'compile: not enough arguments to call isNil'],
    ['isNaN(result)', 'x', 'compile: cannot use string as argument (type float64) to call isNaN '],
    ['max(nil)', 1, 'compile: invalid argument for max (type %!s(<nil>))'],
    ['get(1, 2)', 1, 'compile: type int does not support indexing'],
    ['get(result, "a")', [1], 'compile: non-integer slice index string'],
    ['let x = 1; x(2)', 1, 'compile: int is not callable'],
    ['let x = nil; x(2)', 1, 'compile: x is nil; cannot call nil as function'],
    ['$env.nope', 1, 'compile: unknown name nope'],
    ['now().Nope', 1, 'compile: type time.Time has no field Nope'],
    ['duration("1s") / 2', 1, 'compile: invalid operation: / (mismatched types time.Duration and int)'],
    ['date("2024-01-01").Month() == 1', 1, 'compile: invalid operation: == (mismatched types time.Month and int)'],
    ['date("2024-01-01").Add(5)', 1, 'compile: cannot use int as argument (type time.Duration) to call Add '],
  ])('%s with %j is %p', (source, result, expected) => {
    expect(verdict(source, result)).toBe(expected);
  });

  it('given the same text, when the value is of another type, then it may well be right', () => {
    expect(verdict('result.x == 1', { x: 1 })).toBe(true);
    expect(verdict('result.x == 1', 5)).toBe('compile: type float64 has no field x');
    expect(verdict('result.x == 1', { x: 1 })).toBe(true);
  });

  it('given a float array, then its elements are known to be floats', () => {
    const vector = { kind: 'vector', values: [1] } as const;
    expect(verdictOn(vector, 'result[0] == "a"')).toBe(
      'compile: invalid operation: == (mismatched types float64 and string)',
    );
    expect(verdictOn(vector, 'result > 1')).toBe('compile: invalid operation: > (mismatched types []float64 and int)');
    expect(verdictOn(vector, 'all(result, # > 0.5)')).toBe(true);
  });
});

describe('given parts whose type is not known, when they are checked, then everything is allowed until they are evaluated', () => {
  it.each<RowWithResult>([
    ['result.a == 1 or result.a == "x" or result.a', { a: true }, true],
    ['result.a > 1', { a: 'x' }, 'run: invalid operation: string > int'],
    ['result.a[nosuch:2] == []', { a: [1] }, 'run: invalid operation: int(<nil>)'],
    ['(result.a ? 1 : "x") == 1', { a: true }, true],
    ['(result.a ?? 1) + 1 == 2', { a: null }, true],
    ['max(1, 2.5) == 2', null, 'run: interface conversion: interface {} is float64, not int'],
    ['max(1, 2.5) > 2', null, true],
    ['find(1..3, # > 5) == 1', null, 'run: interface conversion: interface {} is nil, not int'],
  ])('%s with %j is %p', (source, result, expected) => {
    expect(verdict(source, result)).toBe(expected);
  });
});
