import { describe, expect, it } from '@jest/globals';
import { verdict, type RowWithResult } from './verdict.ts';

describe('given an array, when a predicate is asked of its elements', () => {
  it.each<RowWithResult>([
    ['all(result, # > 0) and any(result, # > 2) and none(result, # > 3) and one(result, # == 2)', [1, 2, 3], true],
    ['all(result, false) and not any(result, true) and none(result, true) and not one(result, true)', [], true],
    ['all(result, # > 1)', [1, 'x'], false],
    ['all(result, # > 1)', [2, 'x'], 'run: invalid operation: string > int'],
    ['any(result, #)', [1], 'run: interface conversion: interface {} is float64, not bool'],
    ['filter(result, # > 1) == [2, 3] and map(result, # * 2) == [2, 4, 6]', [1, 2, 3], true],
    ['map(result, #index) == [0, 1] and map(result, #index + #) == [5, 7]', [5, 6], true],
    ['count(result, # > 1) == 2 and count([true, false]) == 1', [1, 2, 3], true],
    ['count(result)', [1], 'run: interface conversion: interface {} is float64, not bool'],
    ['sum(result) == 6 and sum(result, # * 2) == 12 and sum([]) == 0', [1, 2, 3], true],
    ['sum(result) == "ab"', ['a', 'b'], 'run: invalid operation: string + int'],
    ['find(result, # > 1) == 2 and findLast(result, # > 1) == 3 and find(result, # > 9) == nil', [1, 2, 3], true],
    ['findIndex(result, # > 1) == 1 and findLastIndex(result, # > 1) == 2', [1, 2, 3], true],
    ['findIndex(result, # > 9) == nil', [1, 2, 3], true],
    ['groupBy(result, .k)["a"] == [{"k": "a"}] and len(groupBy(result, .k)) == 2', [{ k: 'a' }, { k: 'b' }], true],
    ['groupBy(result, .k)["zz"] == nil and len(groupBy(result, .k)["zz"]) == 0', [{ k: 'a' }], true],
    ['len(groupBy([1, 1.0, "1", true, nil], #)) == 5', null, true],
    ['len(groupBy([0 / 0, 0 / 0], #)) == 2', null, true],
    ['groupBy(result, .k)', [{ k: [] }], 'run: hash of unhashable type: []interface {}'],
    ['sortBy(result, .v)[0].v == 1 and sortBy(result, .v, "desc")[0].v == 2', [{ v: 2 }, { v: 1 }], true],
    ['sortBy(result, #, "up")', [1], 'run: unknown order, use asc or desc'],
    ['sortBy(result, #)', [1, 'a'], 'run: invalid operation: string < float64'],
    ['reduce(result, #acc + #) == 6 and reduce(result, #acc + #, 10) == 16', [1, 2, 3], true],
    ['reduce(result, #index) == 1 and reduce(result, #index, 0) == 1', [5, 6], true],
    ['reduce(result, #acc + #)', [], 'run: reduce of empty array with no initial value'],
  ])('%s with %j is %p', (source, result, expected) => {
    expect(verdict(source, result)).toBe(expected);
  });
});

describe('given predicates within predicates, when they name an element', () => {
  it.each<RowWithResult>([
    ['all(result, all(#, # > 0))', [[1, 2], [3]], true],
    ['any(result, {let o = #; any(o.items, # > o.max)})', [{ max: 3, items: [1, 5] }], true],
    ['map(result, map(#, #index + #)) == [[1, 3], [3]]', [[1, 2], [3]], true],
    ['all(result, .v > 0 and #.v < 3)', [{ v: 1 }, { v: 2 }], true],
    ['let i = 5; filter([1, 9], # > i) == [9]', null, true],
    ['result | filter(# > 1) | map(# + 1) | sum() == 7', [1, 2, 3], true],
  ])('%s with %j is %p', (source, result, expected) => {
    expect(verdict(source, result)).toBe(expected);
  });
});

describe('given something else than an array, when it is only known while running', () => {
  it.each<RowWithResult>([
    ['all(result.x, true)', { x: null }, 'run: reflect: call of reflect.Value.Len on zero Value'],
    ['all(result.x, true)', { x: 5 }, 'run: reflect: call of reflect.Value.Len on float64 Value'],
    ['all(result.x, # > 0)', { x: {} }, true],
    ['all(result.x, # > 0)', { x: { a: 1 } }, 'run: reflect: call of reflect.Value.Index on map Value'],
    ['sum(result.x, # - 96) == 6', { x: 'abc' }, true],
  ])('%s with %j is %p', (source, result, expected) => {
    expect(verdict(source, result)).toBe(expected);
  });
});
