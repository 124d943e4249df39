import { describe, expect, it } from '@jest/globals';
import { verdict, verdictOn, type Row, type RowWithResult } from './verdict.ts';

describe('given ints and floats, when they are calculated with', () => {
  it.each<Row>([
    ['9223372036854775807 + 1 < 0', true],
    ['9223372036854775807 * 2 == -2', true],
    ['-9223372036854775807 - 2 == 9223372036854775807', true],
    ['1 + 0.5 == 1.5 and type(1 + 0.5) == "float"', true],
    ['type(6 / 3) == "float" and 7 / 2 == 3.5', true],
    ['1 / 0 > 1e308 and isNaN(0 / 0)', true],
    ['-7 % 3 == -1 and 7 % -3 == 1', true],
    ['2 ** -1 == 0.5 and type(2 ** 2) == "float"', true],
    ['1 ** (0 / 0) == 1', true],
    ['true || 5 % 0 == 0', 'compile: integer divide by zero'],
    ['int("5") % int("0") == 0', 'run: runtime error: integer divide by zero'],
    ['"a" + "b" == "ab"', true],
    ['type(asInt("5")) == "int" and asInt("5") + 1 == 6', true],
    ['duration("1h") * 2 == duration("2h") and 2 * duration("1h") == duration("2h")', true],
    [
      'duration("1s") * asFloat("1.5") == 1.5',
      'compile: invalid operation: == (mismatched types time.Duration and float64)',
    ],
    ['1.5 * (duration("1s") ?? 1) == 1.5e9', true],
  ])('%s is %p', (source, expected) => {
    expect(verdict(source)).toBe(expected);
  });
});

describe('given two values, when they are compared', () => {
  it.each<RowWithResult>([
    ['result.n == 5 and result.n == 5.0', { n: 5 }, true],
    ['[1, [2.0]] == [1.0, [2]]', null, true],
    ['{"a": 1} == {"a": 1.0}', null, false],
    ['result == {"n": 5.0}', { n: 5 }, true],
    ['result.a == nil', { a: [] }, false],
    ['result.a == result.b', { a: 1, b: '1' }, false],
    ['1..2 == [1, 2]', null, true],
    ['(1..2 ?? 0) == (["1"] ?? 0)', null, false],
    ['"a" < "b" and "a" < "aa" and "Z" < "a"', null, true],
    ['"\u{ffff}" < "\u{10000}"', null, true],
    ['result.a < result.b', { a: null, b: 1 }, 'run: invalid operation: <nil> < float64'],
    ['result.a < result.b', { a: true, b: false }, 'run: invalid operation: bool < bool'],
    ['result.a <= 1 <= result.b', { a: 1, b: 1 }, true],
    ['toPairs({"a": 1})[0] == ["a", 1]', null, false],
  ])('%s with %j is %p', (source, result, expected) => {
    expect(verdict(source, result)).toBe(expected);
  });

  it('given NaN, then it equals nothing and is in no order', () => {
    const nan = { kind: 'scalar', value: Number.NaN } as const;
    for (const source of ['result == result', 'result < 1', 'result >= 1', 'result in [result]']) {
      expect(verdictOn(nan, source)).toBe(false);
    }
    expect(verdictOn(nan, 'result != result')).toBe(true);
    expect(verdictOn({ kind: 'vector', values: [Number.NaN] }, 'result == result')).toBe(false);
  });
});

describe('given booleans, when they are combined', () => {
  it.each<RowWithResult>([
    ['result.t or result.missing.x', { t: true }, true],
    ['result.f and result.missing.x', { f: false }, false],
    ['result.t and result.f', { t: true, f: 1 }, 'type: expected bool, but got float64'],
    ['result.n or true == result.n', { n: null }, 'run: interface conversion: interface {} is nil, not bool'],
    ['!result.n', { n: 0 }, 'run: interface conversion: interface {} is float64, not bool'],
    ['result.n ? true : false', { n: 'yes' }, 'run: interface conversion: interface {} is string, not bool'],
  ])('%s with %j is %p', (source, result, expected) => {
    expect(verdict(source, result)).toBe(expected);
  });
});

describe('given a needle and a container, when membership is asked', () => {
  it.each<RowWithResult>([
    ['"a" in result and "b" not in result', { a: null }, true],
    ['result.x in [1, "a", nil]', { x: null }, true],
    ['1 in result.x', { x: null }, false],
    ['1 in result.x', { x: 5 }, 'run: operator "in" not defined on float64'],
    ['result.x in ["", "b"]', { x: null }, true],
    [
      'result.x in ["a", "b"]',
      { x: 5 },
      'run: reflect.Value.MapIndex: value of type float64 is not assignable to type string',
    ],
    ['max(1, 2.5) in [1, 2]', null, 'run: reflect.Value.MapIndex: value of type float64 is not assignable to type int'],
    ['result.x in 1..3', { x: 2.5 }, false],
    ['5 in 1..9999999', null, true],
    ['result.x in 1..9999999', { x: 5 }, 'run: memory budget exceeded'],
    ['1 in groupBy([1, 1.0], #) and 1.0 in groupBy([1.0], #)', null, true],
  ])('%s with %j is %p', (source, result, expected) => {
    expect(verdict(source, result)).toBe(expected);
  });
});

describe('given texts, when operators search them', () => {
  it.each<RowWithResult>([
    ['result contains "b" and result startsWith "a" and result endsWith "c"', 'abc', true],
    ['result.s contains "a" or "a" startsWith result.s or result.s matches "a"', { s: null }, false],
    ['result.s matches "a"', { s: 5 }, 'run: interface conversion: interface {} is float64, not []uint8'],
    ['"a" contains result.s', { s: 5 }, 'run: interface conversion: interface {} is float64, not string'],
    ['"ab" matches result.p', { p: '^a' }, true],
    ['"ab" matches result.p', { p: '(' }, 'run: error parsing regexp: missing closing ): `(`'],
    ['"ab" matches "[" + "a"', null, 'compile: error parsing regexp: missing closing ]: `[a`'],
    ['b"ab" matches "^a"', null, true],
  ])('%s with %j is %p', (source, result, expected) => {
    expect(verdict(source, result)).toBe(expected);
  });
});

describe('given ranges and nil, when they are used', () => {
  it.each<RowWithResult>([
    ['len(3..1) == 0 and 1..1 == [1]', null, true],
    ['result.a..result.b == [1, 2]', { a: 1.9, b: 2.1 }, true],
    ['result.a..3 == []', { a: 'x' }, 'run: invalid operation: int(string)'],
    ['(result.a ?? result.b ?? 3) == 3', { a: null }, true],
    ['(result.a ?? 3) == 3', { a: [] }, false],
  ])('%s with %j is %p', (source, result, expected) => {
    expect(verdict(source, result)).toBe(expected);
  });
});
