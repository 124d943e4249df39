import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { QueryError } from '../../../../../infra/local/metrics/promql/errors.ts';
import { compileAnchored } from '../../../../../infra/local/metrics/promql/regex.ts';

describe('a regular expression of a label matcher', () => {
  it.each([
    { pattern: '5..', matches: ['500', '5é!'], not: ['50', '5000', '400', ''] },
    { pattern: '', matches: [''], not: ['a'] },
    { pattern: 'abc|def', matches: ['abc', 'def'], not: ['abcdef', 'ab'] },
    { pattern: 'a(b|c)?d', matches: ['ad', 'abd', 'acd'], not: ['abcd'] },
    { pattern: '(?:ab)+', matches: ['ab', 'abab'], not: ['', 'aba'] },
    { pattern: '[a-c]{2,3}', matches: ['ab', 'abc'], not: ['a', 'abca', 'ad'] },
    { pattern: 'a{2}', matches: ['aa'], not: ['a', 'aaa'] },
    { pattern: 'a{2,}', matches: ['aa', 'aaaa'], not: ['a'] },
    { pattern: '[^0-9]+', matches: ['abc'], not: ['a1', ''] },
    { pattern: '[]a]', matches: [']', 'a'], not: ['b'] },
    { pattern: '\\d+\\.\\d', matches: ['12.3'], not: ['12a3'] },
    { pattern: 'my\\-app', matches: ['my-app'], not: ['my_app'] },
    { pattern: '.*', matches: ['', 'a\nb'], not: [] },
    { pattern: '.+?x', matches: ['aax'], not: ['x'] },
    { pattern: '^a$', matches: ['a'], not: ['aa'] },
    { pattern: '(?i)get', matches: ['GET', 'get'], not: ['got'] },
    { pattern: '𝒳.', matches: ['𝒳𝒴'], not: ['𝒳'] },
  ])('given $pattern, the whole text must match', ({ pattern, matches, not }) => {
    const test = compileAnchored(pattern);
    expect(matches.filter((text) => !test(text))).toEqual([]);
    expect(not.filter(test)).toEqual([]);
  });

  it.each([
    { pattern: '(', type: 'bad_data', names: 'missing closing )' },
    { pattern: 'a)', type: 'bad_data', names: 'unexpected )' },
    { pattern: '[a', type: 'bad_data', names: 'missing closing ]' },
    { pattern: '*', type: 'bad_data', names: 'missing argument to repetition operator' },
    { pattern: 'a**', type: 'bad_data', names: 'invalid nested repetition operator' },
    { pattern: 'a{2,1}', type: 'bad_data', names: 'invalid repeat count' },
    { pattern: 'a{1001}', type: 'bad_data', names: 'invalid repeat count' },
    { pattern: '\\', type: 'bad_data', names: 'trailing backslash' },
    { pattern: '[z-a]', type: 'bad_data', names: '[z-a]' },
    { pattern: 'a(?=b)', type: 'execution', names: 'the group (?=' },
    { pattern: '(?P<x>a)', type: 'execution', names: 'the group (?P' },
    { pattern: '\\bfoo', type: 'execution', names: 'the escape \\b' },
    { pattern: '(a)\\1', type: 'execution', names: 'the escape \\1' },
    { pattern: '[[:alpha:]]', type: 'execution', names: '[:alpha:]' },
    { pattern: '('.repeat(60) + ')'.repeat(60), type: 'execution', names: 'nested deeper' },
  ])('given $pattern, the error says $names', ({ pattern, type, names }) => {
    let thrown: unknown;
    try {
      compileAnchored(pattern);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(QueryError);
    expect(thrown).toMatchObject({ errorType: type, message: expect.stringContaining(names) });
  });

  it.each(['(a*)*b', '(a|a)*b', '(a|aa)+b', 'a?'.repeat(60) + 'a'.repeat(60) + 'b'])(
    'given %s, which makes a backtracking engine run for ever, it answers',
    (pattern) => {
      expect(compileAnchored(pattern)('a'.repeat(60))).toBe(false);
    },
  );

  it('given a pattern beyond its budget, it is an error and not an endless run', () => {
    expect(() => compileAnchored('(.*a){1000}b')('a'.repeat(3_000))).toThrow('steps');
  });

  it('agrees with the engine of JavaScript on small patterns', () => {
    const { pattern } = fc.letrec<{ pattern: string; atom: string }>((tie) => ({
      atom: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom('a', 'b', '.', '[ab]', '[^a]'),
        tie('pattern').map((p) => `(${p})`),
      ),
      pattern: fc
        .array(fc.tuple(tie('atom'), fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,2}')), { maxLength: 3 })
        .chain((parts) =>
          fc.constantFrom('', '|').map((joint) => parts.map(([atom, sign]) => atom + sign).join(joint)),
        ),
    }));
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });
    fc.assert(
      fc.property(pattern, text, (source, candidate) => {
        expect(compileAnchored(source)(candidate)).toBe(new RegExp(`^(?:${source})$`, 's').test(candidate));
      }),
      { numRuns: 500 },
    );
  });
});
