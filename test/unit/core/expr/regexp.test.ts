import { describe, expect, it } from '@jest/globals';
import { Meter } from '#core/expr/meter.ts';
import { compileRegexp } from '#core/expr/regexp/regexp.ts';

function matches(pattern: string, text: string): boolean {
  return compileRegexp(pattern).matches(text, new Meter());
}

describe('given a pattern in the syntax of RE2, when a text is searched', () => {
  it.each([
    ['', '', true],
    ['b', 'abc', true],
    ['^b', 'abc', false],
    ['^b|c$', 'abc', true],
    ['a.c', 'a\nc', false],
    ['(?s)a.c', 'a\nc', true],
    ['^b$', 'a\nb\nc', false],
    ['(?m)^b$', 'a\nb\nc', true],
    ['c$', 'c\n', false],
    ['\\Aa\\z', 'a', true],
    ['(?i)ÉtÉ', 'été', true],
    ['(?i)k', '\u212a', true],
    ['a(?i)b|c', 'C', true],
    ['(?i:a)b', 'AB', false],
    ['\\bfoo\\b', 'a foo b', true],
    ['\\Boo', 'foo', true],
    ['[a-c]+\\d{2,3}$', 'xabc12', true],
    ['^\\d{2,3}$', '1234', false],
    ['^(a|bc)*d$', 'abcad', true],
    ['^a{0}$', '', true],
    ['^(?:ab){2,}$', 'ababab', true],
    ['a{,2}', 'a{,2}', true],
    ['[[:upper:]]', 'aB', true],
    ['[[:^alpha:]]', 'a', false],
    ['^[^\\W_]+$', 'aZ9', true],
    ['^[]a-]+$', ']-a', true],
    ['^\\pL+$', 'éà', true],
    ['^\\p{Greek}$', 'ω', true],
    ['^\\P{Lu}$', 'a', true],
    ['^\\p{^L}$', '1', true],
    ['^.$', '😀', true],
    ['\\Qa.b\\E+', 'a.bb', true],
    ['\\x41\\x{1F600}\\101', 'A😀A', true],
    ['(?P<year>\\d{4})-(?<month>\\d\\d)', '2024-01', true],
    ['(a*)*b', 'aaa', false],
    ['(|a)+$', 'aaa', true],
    ['x*?y', 'xxy', true],
  ])('%p in %p: %p', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });
});

describe('given a pattern that RE2 does not know, when it is read, then it is refused as Go refuses it', () => {
  it.each([
    ['a(?=b)', 'invalid or unsupported Perl syntax: `(?=`'],
    ['a(?!b)', 'invalid or unsupported Perl syntax: `(?!`'],
    ['(?<=a)b', 'invalid named capture: `(?<=a)b`'],
    ['(?>a)', 'invalid or unsupported Perl syntax: `(?>`'],
    ['(a)\\1', 'invalid escape sequence: `\\1`'],
    ['a++', 'invalid nested repetition operator: `++`'],
    ['a**', 'invalid nested repetition operator: `**`'],
    ['*', 'missing argument to repetition operator: `*`'],
    ['[', 'missing closing ]: `[`'],
    ['[z-a]', 'invalid character class range: `z-a`'],
    ['[[:foo:]]', 'invalid character class range: `[:foo:]`'],
    ['\\pX', 'invalid character class range: `\\pX`'],
    ['(', 'missing closing ): `(`'],
    ['a)', 'unexpected ): `a)`'],
    ['a{1001}', 'invalid repeat count: `{1001}`'],
    ['a{2,1}', 'invalid repeat count: `{2,1}`'],
    ['((a{100}){10}){2}', 'invalid repeat count: `{2}`'],
    ['\\', 'trailing backslash at end of expression: ``'],
    ['\\y', 'invalid escape sequence: `\\y`'],
    ['\\C', 'invalid escape sequence: `\\C`'],
    ['(?P<n', 'invalid named capture: `(?P<n`'],
  ])('%p: %s', (pattern, why) => {
    expect(() => compileRegexp(pattern)).toThrow(`error parsing regexp: ${why}`);
  });

  it('given groups or sizes without end, then it is refused', () => {
    expect(() => compileRegexp(`${'('.repeat(5_000)}a${')'.repeat(5_000)}`)).toThrow('expression nests too deeply');
    expect(() => compileRegexp('(a?){1000}'.repeat(10))).toThrow('expression too large');
    expect(() => compileRegexp('(){1000}'.repeat(200))).toThrow('expression too large');
  });
});

describe('given patterns that make backtracking matchers hang, when they meet their text', () => {
  const text = 'a'.repeat(20_000);

  it.each([
    '^(a+)+$',
    '^(a|aa)+$',
    '^(a|a?)+$',
    '(.*)(.*)(.*)(.*)[^a]',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '(a?){100}a{100}b',
  ])('%s takes steps in proportion to the text', (pattern) => {
    const [short, long] = [stepsOf(pattern, `${text}!`), stepsOf(pattern, `${text}${text}!`)];
    expect(long).toBeLessThanOrEqual(2 * short + 100);
    expect(short).toBeLessThan(20 * text.length);
  });

  function stepsOf(pattern: string, subject: string): number {
    const meter = new Meter();
    compileRegexp(pattern).matches(subject, meter);
    return meter.steps;
  }
});
