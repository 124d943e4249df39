import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { resolveMetric, substituteTokens } from '#core/analysis/substitute.ts';
import type { Argument, Metric } from '#core/resources/argo.ts';
import { aMetric } from './builders.ts';

const ARGS: readonly Argument[] = [
  { name: 'x', value: '5' },
  { name: 'long-name.1', value: 'v' },
];

function resolvedCondition(successCondition: string, args: readonly Argument[] = ARGS): string | undefined {
  return resolveMetric(aMetric({ successCondition }), args).successCondition;
}

describe('given a text with tokens, when arguments are filled in', () => {
  it.each([
    { given: 'result > {{args.x}}', then: 'result > 5' },
    { given: '{{ args.x }}{{args.x  }}', then: '55' },
    { given: '{{args.long-name.1}}', then: 'v' },
    { given: '{$.x} {args.x} }}', then: '{$.x} {args.x} }}' },
    { given: 'a < {{args.x}} && b > 1', then: 'a < 5 && b > 1' },
  ])('given $given, then $then', ({ given, then }) => {
    expect(resolvedCondition(given)).toBe(then);
  });

  it('given a token in every kind of place, then all are filled in, names and limits too', () => {
    const metric = aMetric({
      name: 'latency-{{args.x}}',
      interval: '{{args.x}}s',
      count: '{{args.x}}',
      provider: { web: { url: 'http://{{args.x}}', headers: [{ key: 'k', value: '{{args.x}}' }] } },
    });
    expect(resolveMetric(metric, ARGS)).toEqual({
      name: 'latency-5',
      interval: '5s',
      count: '5',
      provider: { web: { url: 'http://5', headers: [{ key: 'k', value: '5' }] } },
    });
  });

  it('given a value that holds a token, then that token is not read', () => {
    expect(resolvedCondition('{{args.x}}', [{ name: 'x', value: '{{args.x}}' }])).toBe('{{args.x}}');
  });

  it('given two arguments of one name, then the later counts', () => {
    const args = [
      { name: 'x', value: '1' },
      { name: 'x', value: '2' },
    ];
    expect(resolvedCondition('{{args.x}}', args)).toBe('2');
  });

  it('given any printable value, then it arrives as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        expect(resolvedCondition('<{{args.x}}>', [{ name: 'x', value }])).toBe(`<${value}>`);
      }),
      { numRuns: 200 },
    );
  });
});

describe('given tokens that cannot be filled in, when it is tried, then the message names one', () => {
  it.each([
    { given: { successCondition: '{{args.nope}}' }, then: 'failed to resolve {{args.nope}}' },
    { given: { successCondition: '{{ args.nope }}' }, then: 'failed to resolve {{ args.nope }}' },
    { given: { successCondition: '{{x}}' }, then: 'failed to resolve {{x}}' },
    { given: { successCondition: '{{a}} {{args.x}} {{b}}' }, then: 'failed to resolve {{b}}' },
    { given: { failureCondition: '{{late}}', interval: '{{early}}' }, then: 'failed to resolve {{late}}' },
    { given: { successCondition: '{{a<b}}' }, then: String.raw`failed to resolve {{a\u003cb}}` },
    { given: { successCondition: '{{args.x} {{args.x}}' }, then: 'failed to resolve {{args.x} {{args.x}}' },
    { given: { successCondition: '{{{args.x}}}' }, then: 'failed to resolve {{{args.x}}' },
  ])('given $given, then $then', ({ given, then }) => {
    expect(() => resolveMetric(aMetric(given), ARGS)).toThrow(then);
  });

  it('given unknown tokens in several fields of a provider, then the last in the order of Argo is named', () => {
    const web = { jsonPath: '{$.{{args.path}}}', url: 'http://{{args.host}}' };
    expect(() => resolveMetric(aMetric({ provider: { web } }), ARGS)).toThrow('failed to resolve {{args.path}}');
  });

  it('given an opening without its closing braces, then it swallows what follows it, structure and all', () => {
    expect(() => resolveMetric(aMetric({ successCondition: '{{args.x' }), ARGS)).toThrow(
      /^failed to resolve \{\{args\.x","provider":\{"web":\{"url":"http:\/\/metrics"\}\}$/,
    );
  });

  it.each([
    { given: [{ name: 'x' }], then: 'argument "x" was not supplied' },
    { given: [{ name: 'x', value: null }], then: 'argument "x" was not supplied' },
    { given: [{ name: 'x', valueFrom: { fieldRef: { fieldPath: 'a' } } }], then: 'argument "x" was not supplied' },
  ])('given arguments $given, used or not, then $then', ({ given, then }) => {
    expect(() => resolveMetric(aMetric(), given as Argument[])).toThrow(then);
  });

  it.each([
    { given: '\u0000', then: "'x'" },
    { given: '\u0007', then: "'a'" },
    { given: '\u000b', then: "'v'" },
    { given: '\u007f', then: "'x'" },
    { given: '\u{e0001}', then: "'U'" },
  ])('given a control character that JSON has no short form for, then an error: $then', ({ given, then }) => {
    expect(() => resolvedCondition('{{args.x}}', [{ name: 'x', value: given }])).toThrow(
      `invalid character ${then} in string escape code`,
    );
  });

  it('given an unknown token behind it, then that is the error', () => {
    expect(() => resolvedCondition('{{args.x}} {{args.y}}', [{ name: 'x', value: '\u0000' }])).toThrow(
      'failed to resolve {{args.y}}',
    );
  });

  it('given such a value that no token uses, then nothing is wrong', () => {
    expect(resolvedCondition('true', [{ name: 'x', value: '\u0000' }])).toBe('true');
  });
});

it('given any text, when its tokens are substituted by themselves, then it stays the same', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('{{a}}', 'x', '{x', 'x}', ' ')), (parts) => {
      const text = parts.join('');
      expect(substituteTokens(text, (token) => `{{${token}}}`)).toBe(text);
    }),
    { numRuns: 200 },
  );
});

it('given a metric without tokens, when it is resolved, then it is the same metric', () => {
  const metric: Metric = aMetric({
    count: 3,
    failureLimit: '1',
    provider: { web: { url: 'u', jsonBody: { a: [1, null] } } },
  });
  expect(resolveMetric(metric, [])).toEqual(metric);
});
