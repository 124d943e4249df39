import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonValue } from '#core/json.ts';
import { decodeForm, encodeForm } from '#shared/metric-providers/form.ts';
import { parseCsv } from '#shared/metric-providers/influxdb/csv.ts';
import { parseJson } from '#shared/metric-providers/json-text.ts';
import {
  formatFixed,
  formatFloat,
  formatFloats,
  formatJson,
  formatPlain,
  parseFloatText,
} from '#shared/metric-providers/number-text.ts';

describe('given a number, when it becomes the value of a measurement (format F)', () => {
  it.each([
    [2.5, '2.5'],
    [1, '1'],
    [1e21, '1000000000000000000000'],
    [1.5e22, '15000000000000000000000'],
    [1.234e25, '12340000000000000000000000'],
    [0.000001, '0.000001'],
    [1e-7, '0.0000001'],
    [-1.5e-9, '-0.0000000015'],
    [-2e30, '-2000000000000000000000000000000'],
    [Number.NaN, 'NaN'],
    [Infinity, '+Inf'],
    [-Infinity, '-Inf'],
    [0, '0'],
    [-0, '-0'],
  ])('%d is %s', (value, text) => expect(formatFloat(value)).toBe(text));

  it('every finite number reads back as itself', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = formatFloat(value);
        expect(text).toMatch(/^-?\d+(\.\d+)?$/);
        expect(Number(text)).toBe(value);
      }),
    );
  });

  it('a list has no blanks', () => expect(formatFloats([1, Number.NaN, -Infinity])).toBe('[1,NaN,-Inf]'));
});

describe('given other formats', () => {
  it.each([
    [1.005, 2, '1.00'],
    [2, 6, '2.000000'],
    [1e21, 2, '1000000000000000000000.00'],
    [1.5e22, 2, '15000000000000000000000.00'],
    [0.125, 2, '0.12'],
    [0.375, 2, '0.38'],
    [0.625, 2, '0.62'],
    [-0.125, 2, '-0.12'],
    [0.126, 2, '0.13'],
    [-0, 2, '-0.00'],
    [-0.001, 2, '-0.00'],
    [1 / 128, 6, '0.007812'],
    [Number.NaN, 2, 'NaN'],
    [-Infinity, 6, '-Inf'],
  ])('%d with %i decimals is %s', (value, decimals, text) => expect(formatFixed(value, decimals)).toBe(text));

  it.each<[JsonValue, string]>([
    [1.5, '1.5'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [999_999, '999999'],
    [999_999.5, '999999.5'],
    [1_000_000, '1e+06'],
    [1_234_567, '1.234567e+06'],
    [-20_000_000, '-2e+07'],
    [-0, '-0'],
    [1e21, '1e+21'],
    [1e300, '1e+300'],
    [null, '<nil>'],
    ['a', 'a'],
    [true, 'true'],
    [{ b: [1, null], a: {} }, 'map[a:map[] b:[1 <nil>]]'],
  ])('%j in a Go list is %s', (value, text) => expect(formatPlain(value)).toBe(text));

  it.each([
    ['1', 1],
    ['-1.5e3', -1500],
    ['.5', 0.5],
    ['5.', 5],
    ['NaN', Number.NaN],
    ['+Inf', Infinity],
    ['-inf', -Infinity],
    ['Infinity', Infinity],
    ['1e309', undefined],
    ['', undefined],
    ['1_000', undefined],
    ['0x10', undefined],
    [' 1', undefined],
    ['1,5', undefined],
  ])('the text %j is the number %p', (text, value) => expect(parseFloatText(text)).toBe(value));
});

describe('given JSON, when it becomes the value of a measurement (format J)', () => {
  it.each<[JsonValue, string]>([
    [{ b: 1, a: [true, null, 'x'] }, '{"a":[true,null,"x"],"b":1}'],
    ['<a&b>\u2028', String.raw`"\u003ca\u0026b\u003e\u2028"`],
    [{ ﬀ: 1, '😀': 2, z: 3 }, '{"z":3,"ﬀ":1,"😀":2}'],
    [{ ab: 1, a: 2 }, '{"a":2,"ab":1}'],
    [12_345_678_901_234_567_000, '12345678901234567000'],
    [1e21, '1e+21'],
    [1e-7, '1e-7'],
    [-0, '-0'],
    ['\ud800', '"\ufffd"'],
    [{}, '{}'],
  ])('%j is %s', (json, text) => expect(formatJson(json)).toBe(text));
});

describe('given an answer that should be JSON', () => {
  it.each([
    ['x', "invalid character 'x' looking for beginning of value"],
    ['', 'unexpected end of JSON input'],
    ['{"a":', 'unexpected end of JSON input'],
    ['{"a":"b', 'unexpected end of JSON input'],
    ['1 2', "invalid character '2' after top-level value"],
    ['\ufeff1', "invalid character '\ufeff' looking for beginning of value"],
    ['{"a":1e309}', 'number out of range'],
    ['[-1e400]', 'number out of range'],
    ['['.repeat(501), 'exceeded max depth'],
  ])('%j is none', (text, error) => expect(parseJson(text)).toEqual({ ok: false, error }));

  it.each<[string, JsonValue]>([
    ['1e308', 1e308],
    ['{"e400":"1e400"}', { e400: '1e400' }],
    [`"${'['.repeat(1_000)}\\""`, `${'['.repeat(1_000)}"`],
    [`${'['.repeat(500)}${']'.repeat(500)}`, expect.any(Array) as never],
  ])('%j is read', (text, json) => expect(parseJson(text)).toEqual({ ok: true, json }));

  it('a key such as __proto__ is an ordinary key', () => {
    const parsed = parseJson('{"__proto__":{"polluted":true}}');
    expect(parsed.ok && Object.keys(parsed.json as object)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('whatever JSON writes is read as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (json) => {
        const text = JSON.stringify(json);
        expect(parseJson(text)).toEqual({ ok: true, json: JSON.parse(text) });
      }),
    );
  });
});

describe('given a form', () => {
  it.each([
    [[['query', 'up == 1']], 'query=up+%3D%3D+1'],
    [
      [
        ['b', '1'],
        ['a', '2'],
        ['b', '0'],
      ],
      'a=2&b=1&b=0',
    ],
    [[['x', "a*b!'()~-_.é"]], 'x=a%2Ab%21%27%28%29~-_.%C3%A9'],
  ] as const)('%j is written as Go does', (fields, text) => expect(encodeForm(fields)).toBe(text));

  it('it reads back', () => {
    const field = fc.tuple(fc.string({ minLength: 1 }), fc.string());
    fc.assert(
      fc.property(fc.array(field), (fields) => {
        const sorted = fields.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
        expect(decodeForm(encodeForm(fields))).toEqual(sorted);
      }),
    );
  });
});

describe('given comma-separated values', () => {
  it.each([
    [
      'a,b\nc,d\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['a,b\r\nc', [['a', 'b'], ['c']]],
    [',a,\n', [['', 'a', '']]],
    ['a,', [['a', '']]],
    ['"a,1","say ""hi""","x\ny"\n', [['a,1', 'say "hi"', 'x\ny']]],
    ['a\n\nb', [['a'], [''], ['b']]],
    ['', []],
  ])('%j', (text, rows) => expect(parseCsv(text)).toEqual(rows));
});
