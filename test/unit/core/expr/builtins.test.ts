import { describe, expect, it } from '@jest/globals';
import { verdict, type Row, type RowWithResult } from './verdict.ts';

describe('given numbers and texts, when they are converted', () => {
  it.each<Row>([
    ['len("héllo") == 5 and len([1]) == 1 and len({"a": 1}) == 1 and len(b"é") == 2', true],
    ['type(nil) == "nil" and type(true) == "bool" and type(1.0) == "float" and type(isNaN) == "func"', true],
    ['type(now()) == "time.Time" and type(duration("1s")) == "time.Duration"', true],
    ['abs(-3) == 3 and type(abs(-3)) == "int" and abs(-1.5) == 1.5', true],
    [
      'round(2.5) == 3 and round(-2.5) == -3 and round(0.49999999999999994) == 0 and ceil(1.2) == 2 and floor(-1.2) == -2',
      true,
    ],
    ['int(2.9) == 2 and int(-2.9) == -2 and int("-5") == -5 and int(1e300) < 0', true],
    ['int("0x10")', 'run: invalid operation: int(0x10)'],
    ['int(fromJSON("null")) == 0', 'run: reflect: call of reflect.Value.Type on zero Value'],
    ['float("1_000") == 1000 and float("0x_1p3") == 8', true],
    ['float("9e_9")', 'run: invalid operation: float(9e_9)'],
    ['split("a", "b", 0) == nil and toJSON(split("a", "b", 0)) == "null" and len(split("a", "b", 0)) == 0', true],
    ['len(uniq(1..100000)) == 100000 and 0.5 not in 1..500000', true],
    ['uniq([1, 1.0, "a", 2, "a"]) == [1, "a", 2] and len(uniq([0 / 0, 0 / 0, 1.5, 1.5])) == 3', true],
    ['int("")', 'run: invalid operation: int()'],
    ['int([true][0] ?? 1)', 'run: invalid operation: int(bool)'],
    ['float("1e3") == 1000 and float("inf") > 1e308 and isNaN(float("nan"))', true],
    ['float("1x")', 'run: invalid operation: float(1x)'],
    ['string(1.0) == "1" and string(1e6) == "1e+06" and string(123456789.0) == "1.23456789e+08"', true],
    ['string(0.0001) == "0.0001" and string(0.00001) == "1e-05" and string(100000.0) == "100000"', true],
    ['string(nil) == "<nil>" and string([1, "a"]) == "[1 a]" and string({"b": 1, "a": []}) == "map[a:[] b:1]"', true],
    ['string(duration("90m")) == "1h30m0s" and string(1e6 == 1e6) == "true"', true],
    ['toJSON({"b": [1, 2.5], "a": nil}) == `{\n  "a": null,\n  "b": [\n    1,\n    2.5\n  ]\n}`', true],
    ['toJSON("<&>") == `"\\u003c\\u0026\\u003e"` and toJSON([]) == "[]" and toJSON({}) == "{}"', true],
    ['toJSON(0 / 0)', 'run: json: unsupported value: NaN'],
    ['fromJSON(`{"a": [1, {"b": null}]}`).a[1].b == nil and type(fromJSON("1")) == "float"', true],
    ['fromJSON("[1e400]")', 'run: json: cannot unmarshal number into Go value of type float64'],
    ['toBase64("hi") == "aGk=" and fromBase64("aGk=") == "hi" and fromBase64(toBase64("é😀")) == "é😀"', true],
    ['fromBase64("a*k=")', 'run: illegal base64 data at input byte 1'],
  ])('%s is %p', (source, expected) => {
    expect(verdict(source)).toBe(expected);
  });
});

describe('given numbers, when they are aggregated', () => {
  it.each<RowWithResult>([
    ['max(result) == 3 and min(result) == 1 and mean(result) == 2 and median(result) == 2', [3, 1, 2], true],
    ['max(result) == nil and mean(result) == 0 and median(result) == 0', [], true],
    ['max(1, [2, [5.5]], 3) == 5.5 and median([1, [2, 3]], 4) == 2.5', null, true],
    ['isNaN(max([0 / 0, 5])) and max([1, [0 / 0, 5]]) == 1', null, true],
    ['max(result.x) == "a"', { x: 'a' }, true],
    ['max(result.x, 1)', { x: 'a' }, 'run: invalid argument for max (type string)'],
    ['mean(result.x)', { x: null }, 'run: invalid argument for mean (type <nil>)'],
    ['mean([0.1, [0.2, 0.3]]) == (0.1 + (0.2 + 0.3)) / 3', null, true],
  ])('%s with %j is %p', (source, result, expected) => {
    expect(verdict(source, result)).toBe(expected);
  });
});

describe('given texts, when they are worked on', () => {
  it.each<Row>([
    ['trim(" \\t\\u00a0x ") == "x" and trim("__x_", "_") == "x"', true],
    ['trimPrefix("aab", "a") == "ab" and trimSuffix("ab ") == "ab" and trimPrefix(" ab") == "ab"', true],
    ['upper("hÉß") == "HÉß" and lower("HÉİ") == "héi"', true],
    [
      'split("a,b,c", ",") == ["a", "b", "c"] and split("a,b,c", ",", 2) == ["a", "b,c"] and split("aé", "") == ["a", "é"]',
      true,
    ],
    ['split("a,b", ",", 0) == [] and splitAfter("a,b", ",") == ["a,", "b"]', true],
    [
      'replace("aaa", "a", "b") == "bbb" and replace("aaa", "a", "b", 2) == "bba" and replace("ab", "", "-") == "-a-b-"',
      true,
    ],
    ['repeat("ab", 3) == "ababab" and repeat("ab", 0) == ""', true],
    ['repeat("ab", -1)', 'run: invalid argument for repeat (expected positive integer, got -1)'],
    ['repeat("a", 1000001)', 'run: memory budget exceeded'],
    ['join(["a", "b"], "-") == "a-b" and join(split("a b", " ")) == "ab"', true],
    ['join([1])', 'run: interface conversion: interface {} is int, not string'],
    ['indexOf("aé€x", "x") == 6 and lastIndexOf("hello", "l") == 3 and indexOf("a", "b") == -1', true],
    ['hasPrefix("abc", "ab") and hasSuffix("abc", "bc")', true],
  ])('%s is %p', (source, expected) => {
    expect(verdict(source)).toBe(expected);
  });
});

describe('given arrays and maps, when they are worked on', () => {
  it.each<RowWithResult>([
    ['first(result) == 1 and last(result) == 3 and first([]) == nil', [1, 2, 3], true],
    ['first(result.x) == nil and last(result.s) == 99', { x: 5, s: 'abc' }, true],
    ['take(result, 2) == [1, 2] and take(result, 9) == result', [1, 2, 3], true],
    ['take(result, -1)', [1], 'run: reflect.Value.Slice: slice index out of bounds'],
    ['take(result, result[0])', [1], 'run: cannot take float64 elements'],
    ['get(result, 5) == nil and get(result, -1) == 1', [1], true],
    ['get(result, "x") == nil and get(result.y, 0) == nil', { y: null }, true],
    ['sort(keys(result)) == ["a", "b"] and sort(values(result)) == [1, 2]', { b: 1, a: 2 }, true],
    ['toPairs({"a": 1})[0][1] == 1 and fromPairs([["a", 1], ["a", 2]])["a"] == 2', null, true],
    ['fromPairs([["a"]])', null, 'run: invalid pair length [a]'],
    ['reverse(result) == [3, 2, 1] and uniq([1, 1.0, "1", [1], [1.0]]) == [1, "1", [1]]', [1, 2, 3], true],
    ['concat([1], [2, 3]) == [1, 2, 3] and flatten([1, [2, [3]]]) == [1, 2, 3]', null, true],
    ['sort(result) == [1, 2.5, 3] and sort(result, "desc")[0] == 3', [3, 1, 2.5], true],
    ['sort([true, false])', null, 'run: invalid operation: bool < bool'],
    ['sort(["a", 1])', null, 'run: invalid operation: int < string'],
    ['sort([1], "up")', null, 'run: invalid order up, expected asc or desc'],
    ['keys(result.x)', { x: 5 }, 'run: cannot get keys from float64'],
  ])('%s with %j is %p', (source, result, expected) => {
    expect(verdict(source, result)).toBe(expected);
  });
});

describe('given ints, when their bits are worked on', () => {
  it.each<Row>([
    ['bitand(6, 3) == 2 and bitor(6, 3) == 7 and bitxor(6, 3) == 5 and bitnand(6, 3) == 4 and bitnot(0) == -1', true],
    ['bitshl(1, 4) == 16 and bitshl(1, 63) < 0 and bitshl(1, 64) == 0', true],
    ['bitshr(-8, 1) == -4 and bitshr(-8, 99) == -1 and bitushr(-1, 60) == 15 and bitushr(-1, 64) == 0', true],
    ['bitshl(1, -1)', 'run: invalid operation: negative shift count -1 (type int)'],
    ['bitand([1.5][0] ?? 1, 1)', 'run: cannot use float64 as argument (type int) to call bitand'],
  ])('%s is %p', (source, expected) => {
    expect(verdict(source)).toBe(expected);
  });
});

describe('given the helpers, when they are called', () => {
  it.each<RowWithResult>([
    ['asInt(result) == 5', '5', true],
    ['asInt(result) == 5', 5.9, true],
    ['asInt(result)', '5.9', 'run: strconv.ParseInt: parsing "5.9": invalid syntax'],
    [
      'asInt(result)',
      '9223372036854775808',
      'run: strconv.ParseInt: parsing "9223372036854775808": value out of range',
    ],
    ['asInt(result)', true, 'run: asInt() not supported on bool true'],
    ['asInt(result)', null, 'run: asInt() not supported on <nil> <nil>'],
    ['asFloat(result) == 0.75', '0.75', true],
    ['asFloat("Infinity") > 1 and isNaN(asFloat("NaN")) and asFloat("1e3") == 1000', null, true],
    ['asFloat(result)', 'abc', 'run: strconv.ParseFloat: parsing "abc": invalid syntax'],
    ['isNaN(1) or isNaN(-2 + 3 * 4)', null, false],
    ['isNaN(len("a"))', null, 'run: interface conversion: interface {} is int, not float64'],
    ['isNaN(result.a ?? 0)', { a: null }, 'run: interface conversion: interface {} is int, not float64'],
    ['isInf(-result / 0)', 1, true],
    ['isNil(result.missing)', { a: 1 }, false],
    ['isNil(1) and default(1, 5) == 5', null, true],
    ['default(result.missing, 0) == result', { a: 1 }, true],
    ['isNaN == 1', null, 'compile: invalid operation: == (mismatched types func(float64) bool and int)'],
    ['isNaN', null, 'type: expected bool, but got func(float64) bool'],
  ])('%s with %j is %p', (source, result, expected) => {
    expect(verdict(source, result)).toBe(expected);
  });
});
