import { describe, expect, it } from '@jest/globals';
import { sameJson } from '#core/analysis/same-json.ts';

describe('given two values, when they are compared as JSON', () => {
  it.each([
    { a: { x: 1, y: [1, 'a', null] }, b: { y: [1, 'a', null], x: 1 }, then: true },
    { a: { x: 1 }, b: { x: 1, y: undefined }, then: true },
    { a: {}, b: { y: null, z: [], w: {} }, then: true },
    { a: undefined, b: [], then: true },
    { a: { x: 1 }, b: { x: '1' }, then: false },
    { a: { x: 0 }, b: {}, then: false },
    { a: { x: '' }, b: {}, then: false },
    { a: [1, 2], b: [2, 1], then: false },
    { a: [1], b: [1, 2], then: false },
    { a: [1], b: { 0: 1 }, then: false },
    { a: { x: { y: 1 } }, b: { x: { y: 2 } }, then: false },
  ])('given $a and $b, then $then', ({ a, b, then }) => {
    expect(sameJson(a, b)).toBe(then);
    expect(sameJson(b, a)).toBe(then);
  });
});
