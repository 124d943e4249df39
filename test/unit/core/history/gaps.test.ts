import { describe, expect, it } from '@jest/globals';
import { afterLook, gapsWithin, type Gap } from '#core/history/gaps.ts';

const CLOSED: Gap = { from: 10, to: 20, reason: 'timeout' };
const OPEN: Gap = { from: 30, reason: 'refused' };

describe('given what is known of the gaps of a cluster', () => {
  it.each<{ given: string; before: readonly Gap[]; problem: string | undefined; then: readonly Gap[] }>([
    { given: 'its first answer', before: [], problem: undefined, then: [] },
    {
      given: 'its first silence',
      before: [CLOSED],
      problem: 'refused',
      then: [CLOSED, { from: 99, reason: 'refused' }],
    },
    { given: 'more silence', before: [OPEN], problem: 'other', then: [OPEN] },
    { given: 'an answer after silence', before: [OPEN], problem: undefined, then: [{ ...OPEN, to: 99 }] },
    { given: 'one more answer', before: [CLOSED], problem: undefined, then: [CLOSED] },
  ])('when it gives $given, then $then', ({ before, problem, then }) => {
    expect(afterLook(before, problem, 99)).toEqual(then);
  });

  it('when nothing changed, then it is the very same list: nothing is written', () => {
    const before = [OPEN];
    expect(afterLook(before, 'refused', 99)).toBe(before);
    expect(afterLook([], undefined, 99)).toHaveLength(0);
  });

  it('when there were many, then the newest twenty are kept', () => {
    let gaps: readonly Gap[] = [];
    for (let at = 0; at < 60; at += 2) gaps = afterLook(afterLook(gaps, 'x', at), undefined, at + 1);
    expect(gaps).toHaveLength(20);
    expect(gaps.at(-1)).toEqual({ from: 58, to: 59, reason: 'x' });
  });

  it.each([
    { from: 0, to: 9, then: 0 },
    { from: 0, to: 10, then: 1 },
    { from: 15, to: 16, then: 1 },
    { from: 21, to: 29, then: 0 },
    { from: 15, to: undefined, then: 2 },
    { from: 1_000, to: undefined, then: 1 },
  ])('then from $from to $to there are $then', ({ from, to, then }) => {
    expect(gapsWithin([CLOSED, OPEN], from, to)).toHaveLength(then);
  });
});
