/** What holds for every condition and every value. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compileCondition, ConditionError } from '#core/expr/compile.ts';
import type { MeasuredValue } from '#core/expr/measured-value.ts';
import { concatenate, decode, encode, sliceBytes } from '#core/expr/values/text.ts';
import type { JsonValue } from '#core/json.ts';
import { NOW, verdict } from './verdict.ts';

const RUNS = { numRuns: 500 };

const TOKENS = [
  `result x # #index #acc .a $env true false nil 0 1 2.5 'a' "b" \`c\` b'd' constructor __proto__ @`,
  '+ - * / % ** == != < <= > >= and or && || not ! in matches contains startsWith endsWith .. ?? ? : ?. . , ; | ::',
  '( ) [ ] { } let = if else all filter map count sum reduce sortBy groupBy len string int asInt isNaN default max',
  'split sort date duration now get',
].flatMap((line) => line.split(' '));

const tokenSoup = fc.array(fc.constantFrom(...TOKENS), { maxLength: 25 }).map((tokens) => tokens.join(' '));

/** Expressions that follow the grammar, whatever their types. */
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 5, depthSize: 'medium' },
    fc.constantFrom(
      'result',
      'result.a',
      'result[0]',
      '1',
      '2.5',
      "'a'",
      'true',
      'nil',
      '[]',
      '{}',
      '1..3',
      '[1, "a", nil]',
    ),
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom('+', '-', '*', '/', '%', '==', '<', 'and', 'or', 'in', '..', '??'),
        tie('expression'),
      )
      .map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
    fc.tuple(fc.constantFrom('-', 'not '), tie('expression')).map(([sign, operand]) => `${sign}(${operand})`),
    fc.tuple(tie('expression'), tie('expression')).map(([base, key]) => `(${base})[${key}]`),
    fc.tuple(tie('expression'), tie('expression')).map(([base, from]) => `(${base})[${from}:]`),
    fc
      .tuple(
        fc.constantFrom('all', 'filter', 'map', 'count', 'sum', 'find', 'groupBy', 'sortBy', 'reduce'),
        tie('expression'),
        tie('expression'),
      )
      .map(([name, array, predicate]) => `${name}(${array}, [#, ${predicate}][${name === 'all' ? 1 : 0}])`),
    fc
      .tuple(
        fc.constantFrom('len', 'type', 'string', 'int', 'max', 'first', 'sort', 'toJSON', 'keys', 'flatten', 'asInt'),
        tie('expression'),
      )
      .map(([name, argument]) => `${name}(${argument})`),
    fc.tuple(tie('expression'), tie('expression'), tie('expression')).map(([c, a, b]) => `((${c}) ? ${a} : ${b})`),
    fc.tuple(tie('expression'), tie('expression')).map(([value, rest]) => `(let v = ${value}; [v, ${rest}])`),
  ),
}));

const measured: fc.Arbitrary<MeasuredValue> = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }).map((json) => ({ kind: 'json' as const, json: json as JsonValue })),
  fc.double().map((value) => ({ kind: 'scalar' as const, value })),
  fc.array(fc.double(), { maxLength: 5 }).map((values) => ({ kind: 'vector' as const, values })),
  fc.constant({ kind: 'nil' as const }),
);

function outcome(source: string, result: MeasuredValue): string {
  try {
    return String(compileCondition(source).evaluate(result, { now: NOW }));
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    // What is no failure of the condition itself would be a bug of the evaluator.
    expect((error.cause as Error | undefined)?.name ?? 'Failure').toBe('Failure');
    return `${error.stage}: ${error.message}`;
  }
}

describe('given any text and any value, when a condition is evaluated', () => {
  it.each([
    ['any text', fc.string({ unit: 'binary', maxLength: 60 })],
    ['tokens in any order', tokenSoup],
    ['expressions of any types', expression],
  ] as const)('then nothing but a verdict or a ConditionError comes out: %s', (_name, texts) => {
    fc.assert(
      fc.property(texts, measured, (source, result) => {
        expect(outcome(source, result)).toMatch(/^(true|false|(compile|run|type): )/);
      }),
      RUNS,
    );
  });

  it('then the same comes out again, and the value is as it was', () => {
    fc.assert(
      fc.property(expression, measured, (source, result) => {
        const before = structuredClone(result);
        const first = outcome(source, result);
        expect(outcome(source, result)).toBe(first);
        expect(result).toEqual(before);
      }),
      RUNS,
    );
  });

  it('then a position, where there is one, lies within the text', () => {
    fc.assert(
      fc.property(fc.oneof(tokenSoup, expression), measured, (source, result) => {
        try {
          compileCondition(source).evaluate(result, { now: NOW });
        } catch (error) {
          const { line = 1, column = 1 } = error as ConditionError;
          expect(line).toBeLessThanOrEqual(source.split('\n').length);
          expect(column).toBeGreaterThanOrEqual(1);
          expect(column).toBeLessThanOrEqual(source.length + 1);
        }
      }),
      RUNS,
    );
  });
});

describe('given any member name, when it is used as a key, then it is an ordinary one', () => {
  it('in measured objects, map literals and decoded JSON', () => {
    const name = fc.oneof(fc.constantFrom(...Object.getOwnPropertyNames(Object.prototype)), fc.string());
    fc.assert(
      fc.property(name, (key) => {
        const [literal, member] = [JSON.stringify(key), JSON.parse(`{${JSON.stringify(key)}: 1}`) as JsonValue];
        fc.pre(!/\\[^"\\nrtbfu]|\\u/.test(literal));
        expect(verdict(`result[${literal}] == nil and ${literal} not in result`, {})).toBe(true);
        expect(verdict(`result[${literal}] == 1 and ${literal} in result and len(result) == 1`, member)).toBe(true);
        expect(verdict(`{${literal}: 2}[${literal}] == 2`)).toBe(true);
      }),
      RUNS,
    );
  });
});

describe('given any string, when it is taken for its bytes', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 20 }).map((value) => value.toWellFormed());

  it('then the bytes are those of UTF-8, and give the string back', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect([...encode(value)]).toEqual([...new TextEncoder().encode(value)]);
        expect(decode(encode(value))).toBe(value);
      }),
      RUNS,
    );
  });

  it('then it can be cut at any byte and glued again', () => {
    fc.assert(
      fc.property(text, fc.nat(60), (value, at) => {
        const length = encode(value).length;
        const cut = Math.min(at, length);
        expect(concatenate(sliceBytes(value, 0, cut), sliceBytes(value, cut, length))).toBe(value);
      }),
      RUNS,
    );
  });

  it('then bytes that are no UTF-8 survive', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
        expect([...encode(decode(bytes))]).toEqual([...bytes]);
      }),
      RUNS,
    );
  });
});
