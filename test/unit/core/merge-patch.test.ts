import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '#core/json.ts';
import { applyMerge, diffMerge } from '#core/merge-patch.ts';

interface Difference {
  readonly given: string;
  readonly before: object;
  readonly after: object;
  readonly then: object;
}

const DIFFERENCES: readonly Difference[] = [
  { given: 'a changed member', before: { a: 1, b: 2 }, after: { a: 1, b: 3 }, then: { b: 3 } },
  { given: 'a removed member', before: { a: 1, b: 2 }, after: { a: 1 }, then: { b: null } },
  { given: 'an undefined member', before: { a: 1 }, after: { a: undefined }, then: { a: null } },
  { given: 'a member that was undefined', before: { a: undefined }, after: {}, then: {} },
  { given: 'a nested change', before: { s: { a: 1, b: 2 } }, after: { s: { a: 1, b: 3 } }, then: { s: { b: 3 } } },
  { given: 'an emptied object', before: { s: { a: 1 } }, after: { s: {} }, then: { s: { a: null } } },
  { given: 'a new empty object', before: {}, after: { s: {} }, then: { s: {} } },
  { given: 'a list that became an object', before: { s: [1] }, after: { s: { a: 1 } }, then: { s: { a: 1 } } },
  {
    given: 'one element of a list',
    before: { l: [1, { a: 1 }] },
    after: { l: [1, { a: 2 }] },
    then: { l: [1, { a: 2 }] },
  },
  { given: 'another order of members', before: { l: [{ a: 1, b: 2 }] }, after: { l: [{ b: 2, a: 1 }] }, then: {} },
  {
    given: 'an undefined member in a list',
    before: { l: [{ a: 1 }] },
    after: { l: [{ a: 1, b: undefined }] },
    then: {},
  },
  { given: 'an inherited name', before: {}, after: { constructor: 1 }, then: { constructor: 1 } },
];

describe('diffMerge', () => {
  it.each(DIFFERENCES)('given $given, then the patch is $then', ({ before, after, then }) => {
    expect(diffMerge(before, after)).toEqual(then);
  });

  it('given a removed member called __proto__, then the patch removes it', () => {
    const patch = diffMerge(JSON.parse('{"__proto__": {"a": 1}}') as object, {});
    expect(JSON.stringify(patch)).toBe('{"__proto__":null}');
  });
});

describe('applyMerge', () => {
  // RFC 7396, appendix A
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j patched with %j is %j', (target, patch, result) => {
    expect(applyMerge(target, patch)).toEqual(result);
  });
});

describe('diffMerge and applyMerge', () => {
  /** JSON objects without null as a member, which a merge patch cannot say. Few keys, so that two of them overlap. */
  const { object } = fc.letrec((tie) => ({
    object: fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__', 'toString'), tie('value'), { maxKeys: 4 }),
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<unknown>(0, 1, '', 'x', true),
      fc.array(tie('element'), { maxLength: 2 }),
      tie('object'),
    ),
    element: fc.oneof(fc.constant(null), tie('value')),
  })) as unknown as { object: fc.Arbitrary<JsonObject> };

  it('applied to the first object the difference gives the second', () => {
    fc.assert(
      fc.property(object, object, (before, after) => {
        expect(applyMerge(before, diffMerge(before, after))).toEqual({ ...after });
      }),
    );
  });

  it('between an object and itself there is no difference', () => {
    fc.assert(
      fc.property(object, (value) => {
        expect(diffMerge(value, structuredClone(value))).toEqual({});
      }),
    );
  });

  it('neither changes what it is given', () => {
    fc.assert(
      fc.property(object, object, (before, after) => {
        const copies = structuredClone([before, after]);
        applyMerge(before, diffMerge(before, after));
        expect([before, after]).toEqual(copies);
      }),
    );
  });
});
