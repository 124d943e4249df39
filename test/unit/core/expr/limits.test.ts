/** Work is counted, not timed: the meter of an evaluation tells what it cost. */
import { describe, expect, it } from '@jest/globals';
import { check } from '#core/expr/check/check.ts';
import { CONDITION_ENVIRONMENT, naturesOf } from '#core/expr/environment.ts';
import { MAX_NODES, MAX_STEPS, MAX_SYNTAX_DEPTH, STEPS_EXCEEDED } from '#core/expr/limits.ts';
import { resultNature, resultValue } from '#core/expr/result.ts';
import { rewrite } from '#core/expr/rewrite/rewrite.ts';
import { Frame } from '#core/expr/run/frame.ts';
import { generate } from '#core/expr/run/generate.ts';
import { parse } from '#core/expr/syntax/parser.ts';
import type { JsonValue } from '#core/json.ts';
import { NOW, verdict, type RowWithResult } from './verdict.ts';

/** Steps of one evaluation, failed or not. */
function stepsOf(source: string, json: JsonValue = null): number {
  const result = { kind: 'json', json } as const;
  const parsed = parse(source);
  const { tree, natures } = rewrite(parsed, check(parsed, naturesOf(CONDITION_ENVIRONMENT, resultNature(result))));
  const frame = new Frame(resultValue(result), NOW);
  try {
    generate(tree, natures, CONDITION_ENVIRONMENT, { tracing: false })(frame);
  } catch {
    // What it cost counts, not how it ended.
  }
  return frame.meter.steps;
}

const LONG = 'a'.repeat(100_000);
const UNTIRING: readonly (readonly [source: string, json: JsonValue])[] = [
  ['let r = 1..900000; all(r, all(r, true))', null],
  ['let r = 1..9000; count(r, any(r, # < 0)) == 0', null],
  ['len(uniq(map(1..100000, [#]))) > 0', null],
  ['all(1..900000, string(1..100) != "")', null],
  ['all(1..900000, toJSON(result) != "")', { a: LONG }],
  ['all(1..900000, len(split(result, "")) > 0)', LONG],
  ['all(1..900000, upper(result) != "")', 'é'.repeat(10_000)],
  ['all(1..900000, result[#:] != "b")', `${LONG}é`],
  ['none(1..900000, result contains "b")', LONG],
  ['none(1..900000, indexOf(result, "b") > 0)', LONG],
  ['none(1..900000, result matches "(a|aa)+b")', LONG],
  ['all(1..900000, result.t matches result.p)', { t: 'a', p: `a?${'b?'.repeat(400)}` }],
  ['all(1..900000, date("Tue, 02 Jan 2024 10:00:00 UTC").Day() == 2)', null],
  ['all(1..900000, (now().In(timezone("Europe/Berlin")) + duration("1h") * #).Hour() >= 0)', null],
  ['all(1..900000, now().Format(result) != "")', '2006'.repeat(1_000)],
  ['all(result, # in result)', Array.from({ length: 20_000 }, (_, index) => index)],
  ['all(1..900000, len(fromJSON(result)) > 0)', JSON.stringify(Array.from({ length: 1_000 }, () => 1))],
  ['all(1..900000, median(result) > 0)', Array.from({ length: 1_000 }, () => 1)],
  ['all(1..900000, sort(result)[0] == 1)', Array.from({ length: 1_000 }, () => 1)],
  ['reduce(1..900000, #acc + result, "") != ""', 'a'.repeat(20)],
];

describe('given a condition that would go on for very long, when it is evaluated, then it is stopped', () => {
  it.each(UNTIRING.map(([source, json]) => [source, json] as const))('%s', (source, json) => {
    const stopped = verdict(source, json);
    expect([`run: ${STEPS_EXCEEDED}`, 'run: memory budget exceeded']).toContain(stopped);
    expect(stepsOf(source, json)).toBeLessThan(2 * MAX_STEPS);
  });
});

describe('given a text whose parts are shared, when it is evaluated, then work does not double with every level', () => {
  it('a < b < c within itself', () => {
    let source = 'result.a';
    for (let level = 0; level < 100; level++) source = `(0 < ${source} < 2 ? 1 : result.a)`;
    expect(verdict(`${source} == 1`, { a: 1 })).toBe(`run: ${STEPS_EXCEEDED}`);
    expect(stepsOf(`${source} == 1`, { a: 1 })).toBeLessThan(2 * MAX_STEPS);
  });

  it('overloaded builtins within each other are checked once', () => {
    expect(verdict(`${'sort('.repeat(200)}result${')'.repeat(200)} == [1, 2]`, [2, 1])).toBe(true);
  });
});

describe('given the limits of the language, when they are met exactly', () => {
  it.each<RowWithResult>([
    ['len(1..999999) == 999999', null, true],
    ['len(1..1000000) == 1000000', null, 'run: memory budget exceeded'],
    ['all(1..999999, # > 0)', null, true],
    ['len(map(1..499999, #)) == 499999', null, true],
    ['len(map(1..500000, #)) == 500000', null, 'run: memory budget exceeded'],
    ['len(repeat("a", 999999)) == 999999', null, true],
    ['len(repeat("ab", 500000)) > 0', null, 'run: memory budget exceeded'],
    [
      'let a = repeat("x", 900000); let b = a + a + a; let c = b + b + b; c + c == ""',
      null,
      'run: memory budget exceeded',
    ],
    ['len(replace(result, "", result)) > 0', 'a'.repeat(10_000), 'run: memory budget exceeded'],
  ])('%s', (source, result, expected) => {
    expect(verdict(source, result)).toBe(expected);
  });

  it('10,000 syntax nodes', () => {
    const chain = (terms: number) => Array.from({ length: terms }, () => 'true').join(' and ');
    expect(verdict(chain(MAX_NODES / 2))).toBe(true);
    expect(verdict(chain(MAX_NODES / 2 + 1))).toBe(
      'compile: compilation failed: expression exceeds maximum allowed nodes',
    );
    expect(verdict(`${Array.from({ length: 4_999 }, () => 'result').join(' + ')} == 4999`, 1)).toBe(true);
  });

  it.each([
    ['brackets', (depth: number) => `${'('.repeat(depth)}true${')'.repeat(depth)}`],
    ['signs', (depth: number) => `${'!!'.repeat(depth / 2)}true`],
    ['arrays', (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)} != nil`],
    ['members', (depth: number) => `result${'?.a'.repeat(depth)} == nil`],
    ['calls', (depth: number) => `${'len(string('.repeat(depth / 2)}1${'))'.repeat(depth / 2)} == 1`],
    ['ternaries', (depth: number) => `${'false ? 1 : '.repeat(depth)}true`],
    ['predicates', (depth: number) => `${'all([1], '.repeat(depth / 2)}true${')'.repeat(depth / 2)}`],
  ])('syntax that nests: %s', (_name, nested) => {
    const fits = MAX_SYNTAX_DEPTH - 10;
    expect(verdict(nested(fits), { a: null })).toBe(true);
    expect(verdict(nested(100_000), { a: null })).toMatch(
      /^compile: (expression nests deeper|compilation failed|recursion depth exceeded)/,
    );
  });

  it('data that nests', () => {
    const nested = (depth: number): string => `${'['.repeat(depth)}1${']'.repeat(depth)}`;
    const same =
      'flatten(fromJSON(result)) == [1] and max(fromJSON(result)) == 1 and fromJSON(result) == fromJSON(result)';
    expect(verdict(same, nested(9_000))).toBe(true);
    expect(verdict('len(string(fromJSON(result))) == 18001', nested(9_000))).toBe(true);
    expect(verdict('fromJSON(result) != nil', nested(10_001))).toBe('run: exceeded max depth');
  });
});

describe('given very long texts, when they are compiled or read, then they end in a verdict or a ConditionError', () => {
  const MANY = 500_000;
  it.each([
    ['white space', `${' '.repeat(MANY)}true`, true],
    ['a comment', `/*${'x'.repeat(MANY)}*/ true`, true],
    ['a string', `"${'x'.repeat(MANY)}" != ""`, true],
    ['escapes', `"${'\\n'.repeat(MANY)}" != ""`, true],
    ['digits', '1'.repeat(MANY), expect.stringMatching(/^compile: invalid integer literal/)],
    ['a fraction', `0.${'1'.repeat(MANY)} > 0`, true],
    ['a name', 'x'.repeat(MANY), expect.stringMatching(/^compile: unknown name/)],
    ['a pattern', `"a" matches "${'ab'.repeat(MANY)}"`, 'compile: error parsing regexp: expression too large'],
  ])('%s', (_name, source, expected) => {
    expect(verdict(source)).toEqual(expected);
  });

  it.each([
    'asFloat(result)',
    'asInt(result)',
    'duration(result)',
    'date(result)',
    'fromBase64(result)',
    'fromJSON(result)',
    'int(result)',
  ])('%s fails with a short message', (source) => {
    const failed = verdict(`${source} == nil`, `${'1'.repeat(MANY)}x`);
    expect(failed).toMatch(/^run: /);
    expect(String(failed).length).toBeLessThan(1_100);
  });
});
