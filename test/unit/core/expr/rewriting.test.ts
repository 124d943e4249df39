import { describe, expect, it } from '@jest/globals';
import { verdict, type RowWithResult } from './verdict.ts';

describe('given constants, when a part cannot sway the outcome, then it is not evaluated', () => {
  it.each<RowWithResult>([
    ['result.a.b or true', { a: null }, true],
    ['result.a.b and false', { a: null }, false],
    ['result.a.b and 1 == 2', { a: null }, false],
    ['result.a.b and "a" == "b"', { a: null }, false],
    ['result.a.b or 1 + 1 == 2', { a: null }, true],
    ['result.a.b or not false', { a: null }, true],
    ['result.a.b and 1 > 2', { a: null }, 'run: cannot fetch b from <nil>'],
    ['result.a.b or 1.0 == 1.0', { a: null }, 'run: cannot fetch b from <nil>'],
    ['result.x and true', { x: 1 }, 'type: expected bool, but got float64'],
    ['nosuch or true', null, 'compile: unknown name nosuch'],
  ])('%s with %j is %p', (source, result, expected) => {
    expect(verdict(source, result)).toBe(expected);
  });
});

describe('given a filter of which only an end or the length counts, when it is rewritten', () => {
  it.each<RowWithResult>([
    ['filter(result, # > 0)[0] == 1', [1, 'x'], true],
    ['filter(result, # > 5)[0] == 1', [1], 'run: reflect: slice index out of range'],
    ['filter(result, # > 0)[-1] == 1', ['x', 1], true],
    ['first(filter(result, # > 5)) == nil', [1], true],
    ['last(filter(result, # > 0)) == 2', ['x', 2], true],
    ['len(filter(result, # > 0)) > 0', [1, 'x'], true],
    ['count(result, # > 0) >= 1', [1, 'x'], true],
    ['count(result, # > 0) > 1', [1, 2, 'x'], true],
    ['count(result, # > 0) >= 2', [1, 2, 'x'], true],
    ['count(result, # > 0) < 2', [1, 2, 'x'], false],
    ['count(result, # > 0) <= 1', [1, 2, 'x'], false],
    ['count(result, # > 0) == 2', [1, 2, 'x'], 'run: invalid operation: string > int'],
    ['map(filter(result, .ok), .v) == [1] ', [{ ok: true, v: 1 }, { ok: false }], true],
    ['map(filter(result, .ok), #index) == [0]', [{ ok: false }, { ok: true }], true],
    ['len(map(filter(result, # > 0), #.nope)) == 1', [1], true],
    ['filter(filter(result, # > 1), # < "x") == []', [1], true],
  ])('%s with %j is %p', (source, result, expected) => {
    expect(verdict(source, result)).toBe(expected);
  });
});

describe('given two passes over one array, when they are combined, then each element meets both at once', () => {
  it.each<RowWithResult>([
    ['all(result, .v > 0) and all(result, .w > 0)', [{ v: 1, w: 1 }, { v: 0 }], false],
    ['all(result, .v > 0) && all(result, .w > 0)', [{ v: 1, w: 0 }, {}], false],
    ['any(result, .v > 0) or any(result, .w > "a")', [{ v: 1, w: 1 }], true],
    ['none(result, # > 2) and none(result, # < 0)', [1, 2], true],
    ['all(result.a, # > 0) and all(result.b, # > 0)', { a: [1], b: [0] }, false],
  ])('%s with %j is %p', (source, result, expected) => {
    expect(verdict(source, result)).toBe(expected);
  });
});

describe('given sums, when they are rewritten', () => {
  it.each<RowWithResult>([
    ['sum([result.a, result.b, "c"]) == "abc"', { a: 'a', b: 'b' }, true],
    ['sum([result.a]) == "a"', { a: 'a' }, 'run: invalid operation: string + int'],
    ['sum([duration("1s"), duration("2s")]) == duration("3s")', null, true],
    ['sum(map(result, .v)) == 3', [{ v: 1 }, { v: 2 }], true],
    ['sum(1..9999999) == 49999995000000', null, true],
    ['sum(1..10, # * 2) == 110 and sum(1..10, 1 + #) == 65 and sum(1..10, 3 - #) == -25', null, true],
    ['reduce(1..9999999, # + #acc) == 49999995000000', null, true],
    ['reduce(1..4, #acc + #, 10) == 20', null, true],
    ['sum(3..1) == 0', null, true],
  ])('%s with %j is %p', (source, result, expected) => {
    expect(verdict(source, result)).toBe(expected);
  });
});
