import { describe, expect, it } from '@jest/globals';
import { verdict, type RowWithResult } from './verdict.ts';

describe('given a value, when members and items are asked for', () => {
  it.each<RowWithResult>([
    ['result.missing == nil', { a: 1 }, true],
    ['result.a.b', { a: null }, 'run: cannot fetch b from <nil>'],
    ['result.a.b', { a: 5 }, 'run: cannot fetch b from float64'],
    ['result["a b"] == 1 and result["not"] == 2', { 'a b': 1, not: 2 }, true],
    ['result[-1] == 3 and result[0] == 1', [1, 2, 3], true],
    ['result[3]', [1, 2, 3], 'run: index out of range: 3 (array length is 3)'],
    ['result[-4]', [1, 2, 3], 'run: index out of range: -1 (array length is 3)'],
    ['result.l[result.i] == 2', { l: [1, 2], i: 1.9 }, true],
    ['result.l["0"] == 2', { l: [1, 2] }, 'run: invalid operation: int(string)'],
    ['result.s[0] == 104 and type(result.s[0]) == "uint"', { s: 'hello' }, true],
    ['result[result.k] == 7', { k: null, '': 7 }, true],
    [
      'result[result.k]',
      { k: 5 },
      'run: reflect.Value.MapIndex: value of type float64 is not assignable to type string',
    ],
    ['$env["result"] == 5 and $env.result == 5 and $env?.nope == nil', 5, true],
    ['len($env) == 7 and "asInt" in $env and $env == $env', 5, true],
    ['$env.isNaN(0.5)', 5, false],
  ])('%s with %j is %p', (source, result, expected) => {
    expect(verdict(source, result)).toBe(expected);
  });
});

describe('given a path with ?. in it, when a link is nil, then the rest of the path is nil', () => {
  it.each<RowWithResult>([
    ['result.a?.b.c.d == nil', { a: null }, true],
    ['result.a?.b.c', { a: {} }, 'run: cannot fetch c from <nil>'],
    ['result.a.b?.c == nil', { a: null }, 'run: cannot fetch b from <nil>'],
    ['result.a?.[0].b == nil', { a: null }, true],
    ['result.a?.b', { a: 5 }, 'run: cannot fetch b from float64'],
    ['result.a?.[5]', { a: [1] }, 'run: index out of range: 5 (array length is 1)'],
    ['(result.a?.b ?? 7) == 7', { a: null }, true],
    ['result.t?.String() == nil', { t: null }, true],
  ])('%s with %j is %p', (source, result, expected) => {
    expect(verdict(source, result)).toBe(expected);
  });
});

describe('given an array or a text, when it is sliced, then bounds are clamped', () => {
  it.each<RowWithResult>([
    ['result[1:] == [2, 3] and result[:1] == [1] and result[:] == result', [1, 2, 3], true],
    ['result[-2:-1] == [2]', [1, 2, 3], true],
    ['result[5:] == [] and result[2:1] == [] and result[:99] == result', [1, 2, 3], true],
    ['result[1:2] == "b" and result[-1:] == "c"', 'abc', true],
    ['result[0:1] == "é"', 'é', false],
    ['result[:1] + result[1:] == result and len(result[:1]) == 1', 'é', true],
    ['result.a[1:]', { a: 5 }, 'run: invalid argument for len (type float64)'],
    ['result.a[0:1]', { a: { x: 1 } }, 'run: cannot slice 0'],
    ['(1..9)[2:4] == [3, 4]', null, true],
  ])('%s with %j is %p', (source, result, expected) => {
    expect(verdict(source, result)).toBe(expected);
  });
});

describe('given names that JavaScript objects inherit, when they are keys, then they are ordinary keys', () => {
  const names = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', 'prototype', '__defineGetter__'];
  it.each(names)('%s', (name) => {
    expect(verdict(`result.${name} == nil and "${name}" not in result`, { a: 1 })).toBe(true);
    const own = JSON.parse(`{"${name}": 7}`) as { [key: string]: number };
    expect(verdict(`result.${name} == 7 and "${name}" in result and keys(result) == ["${name}"]`, own)).toBe(true);
    expect(verdict(`{"${name}": 1}.${name} == 1 and len({"${name}": 1}) == 1`)).toBe(true);
    expect(verdict(`fromJSON('{"${name}": 2}').${name} == 2`)).toBe(true);
    expect(verdict(`groupBy(["${name}"], #)["${name}"] == ["${name}"]`)).toBe(true);
    expect(verdict(`get(result, "${name}") == nil`, {})).toBe(true);
    expect(verdict(`${name} == 1`)).toBe(`compile: unknown name ${name}`);
    expect(verdict(`${name}(1)`)).toBe(`compile: unknown name ${name}`);
    expect(verdict(`$env?.${name} == nil`)).toBe(true);
    expect(verdict(`[1].${name}`)).toBe('compile: array elements can only be selected using an integer (got string)');
    expect(verdict(`result.a.${name}`, { a: 'text' })).toBe('run: invalid operation: int(string)');
  });
});
