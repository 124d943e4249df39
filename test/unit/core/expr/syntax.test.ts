import { describe, expect, it } from '@jest/globals';
import { verdict, type Row } from './verdict.ts';

describe('given a text, when it is cut into tokens', () => {
  it.each<Row>([
    ['1_000 == 1000', true],
    ['017 == 17', true],
    ['0x1F == 31 and 0b11 == 3 and 0o17 == 15', true],
    ['.5 == 0.5 and 1. == 1.0 and 1E2 == 100', true],
    ['len(1..3) == 3', true],
    ['9223372036854775807 > 0', true],
    [
      '9223372036854775808 > 0',
      'compile: invalid integer literal: strconv.ParseInt: parsing "9223372036854775808": value out of range',
    ],
    [
      '0xFFFFFFFFFFFFFFFF > 0',
      'compile: invalid hex literal: strconv.ParseInt: parsing "0xFFFFFFFFFFFFFFFF": value out of range',
    ],
    ['1e400 > 0', 'compile: invalid float literal: strconv.ParseFloat: parsing "1e400": value out of range'],
    ['2x > 0', 'compile: bad number syntax: "2x"'],
    ['0b12 > 0', 'compile: bad number syntax: "0b12"'],
    [`'a\\tb' == "a\\tb"`, true],
    [`'\\x41\\101\\u0041\\U00000041\\u{41}' == 'AAAAA'`, true],
    [`'\\u{1F600}' == '😀'`, true],
    [`'\\"' == 'x'`, 'compile: invalid char escape'],
    [`'\\400' == 'x'`, 'compile: unable to unescape string'],
    [`'\\u{110000}' == 'x'`, 'compile: unable to unescape string'],
    ['`a``b` == "a`b"', true],
    ['`a\nb` == "a\\nb"', true],
    [`'abc`, 'compile: literal not terminated'],
    [`'a\nb' == 'x'`, 'compile: literal not terminated'],
    [`len(b'\\xff\\377') == 2`, true],
    [`b'\\u0041' == b'A'`, 'compile: unable to unescape string'],
    ['true // the rest does not count', true],
    ['/* nor does\nthis */ true', true],
    ['true /* open', 'compile: unclosed comment'],
    ['1\u00a0==\u30001', true],
    ['let été_$ = 1; été_$ == 1', true],
    ['result & 1', 'compile: unexpected token Operator("&")'],
    ['result @ 1', `compile: unrecognized character: U+0040 '@'`],
    ['“a” == 1', `compile: unrecognized character: U+201C '“'`],
    ['True', 'compile: unknown name True'],
  ])('%s is %p', (source, expected) => {
    expect(verdict(source)).toBe(expected);
  });
});

describe('given operators side by side, when they are grouped', () => {
  it.each<Row>([
    ['1 + 2 * 3 == 7', true],
    ['2 ** 3 ** 2 == 512 and 2 ^ 3 == 8', true],
    ['-2 ** 2 == -4', true],
    ['10 - 3 - 2 == 5', true],
    ['1..2 + 1 == [1, 2, 3]', true],
    ['true or false and false', true],
    ['not true or true', true],
    ['not (1 in [2])', true],
    ['not true in [false]', true],
    ['1 not in [2] and "ab" not contains "c" and "ab" not matches "c"', true],
    ['1 not 2', 'compile: unexpected token Number("2")'],
    ['1 < 2 < 3', true],
    ['3 > 2 >= 2 > 5', false],
    ['1 == 1 < 2', 'compile: invalid operation: < (mismatched types bool and int)'],
    ['(1 + nil ?? 2) == 3', true],
    ['nil ?? nil ?? true', true],
    ['1 ?? 2 > 3', 'compile: Operator (>) and coalesce expressions (??) cannot be mixed. Wrap either by parentheses.'],
    ['true ? false ? false : true : false', true],
    ['(nil ?? true) ?: false', true],
    ['result ?.5 : 1', 'compile: expected name'],
    ['(true ? .5 : 1) == 0.5', true],
    ['[1, 2] | sum() == 3', true],
    ['1 + 2 | string() == "3"', true],
    ['[1, 2] | len', 'compile: unexpected token EOF'],
    ['[[1]] | first().a', 'compile: unexpected token Operator(".")'],
    ['::len([1]) == 1', true],
  ])('%s is %p', (source, expected) => {
    expect(verdict(source)).toBe(expected);
  });
});

describe('given the other forms of the grammar, when they are read', () => {
  it.each<Row>([
    ['[1, 2,] == [1, 2]', true],
    ['{a: 1, "b": 2, 3: 3, ("c" + "d"): 4,}["cd"] == 4', true],
    ['{1: 2}["1"] == 2', true],
    ['{"a": 1, "a": 2}.a == 1', true],
    ['{(1): 2}', 'run: interface conversion: interface {} is int, not string'],
    [
      '{+: 1}',
      'compile: a map key must be a quoted string, a number, a identifier, or an expression enclosed in parentheses (unexpected token Operator("+"))',
    ],
    ['1; 2; true', true],
    ['true;', true],
    ['(1; true)', true],
    ['(true;)', 'compile: unexpected token Bracket(")")'],
    ['let x = 1; let y = x + 1; y == 2', true],
    ['let x = (let y = 2; y); x == 2', true],
    ['let x = 1; let x = 2; true', 'compile: cannot redeclare variable x'],
    ['let len = 1; true', 'compile: cannot redeclare builtin len'],
    ['let result = 1; true', 'compile: cannot redeclare result'],
    ['if 1 > 2 { false } else if 2 > 1 { let x = 1; x == 1 } else { false }', true],
    ['if true { true }', 'compile: unexpected token EOF'],
    ['1 + if true { 1 } else { 2 }', 'compile: unexpected token Operator("if")'],
    ['{"not": 1, "in": 2}.not + {"in": 2}.in == 3', true],
    ['', 'compile: unexpected token EOF'],
    ['(1', 'compile: unexpected token EOF'],
    ['1)', 'compile: unexpected token Bracket(")")'],
    ['[1, 2', 'compile: unexpected token EOF'],
    ['1 = 1', 'compile: unexpected token Operator("=")'],
    ['5.a', 'compile: bad number syntax: "5.a"'],
    ['true.a', 'compile: unexpected token Operator(".")'],
    ['# > 1', 'compile: unexpected token Operator("#")'],
    ['all([1])', 'compile: expected at least 2 arguments'],
    ['any([1], # == 1; true)', 'compile: wrap predicate with brackets { and }'],
    ['map([1], {{"v": #}})[0].v == 1', true],
    ['count([true],) == 1', 'compile: unexpected token Bracket(")")'],
    ['all([true], #,)', true],
  ])('%s is %p', (source, expected) => {
    expect(verdict(source)).toBe(expected);
  });
});
