import { describe, expect, it } from '@jest/globals';
import { nextLook } from '#shared/controllers/next-look.ts';

const NOW = 1_000_000;

describe('given a finished pass, when it asks for the next look', () => {
  it.each([
    { given: 'nothing to wait for', look: {}, then: undefined },
    { given: 'it acted', look: { continues: true }, then: 1_000 },
    { given: 'a timed pause', look: { requeueAfter: 300_000 }, then: 300_000 },
    { given: 'a pause that is over', look: { requeueAfter: -5 }, then: 0 },
    { given: 'it acted before a timed pause ends', look: { continues: true, requeueAfter: 300_000 }, then: 1_000 },
    { given: 'it waits for pods since now', look: { waits: true, changedAt: NOW }, then: 2_000 },
    { given: 'it waits since 2 s', look: { waits: true, changedAt: NOW - 2_000 }, then: 4_000 },
    { given: 'it waits since 6 s', look: { waits: true, changedAt: NOW - 6_000 }, then: 8_000 },
    { given: 'it waits since 14 s', look: { waits: true, changedAt: NOW - 14_000 }, then: 15_000 },
    { given: 'it waits since an hour', look: { waits: true, changedAt: NOW - 3_600_000 }, then: 15_000 },
    { given: 'the record is from a clock ahead', look: { waits: true, changedAt: NOW + 60_000 }, then: 2_000 },
  ])('given $given, then in $then ms', ({ look, then }) => {
    const at = nextLook({
      now: NOW,
      decidedAt: NOW,
      continues: false,
      waits: false,
      changedAt: NOW,
      requeueAfter: undefined,
      ...look,
    });
    expect(at).toBe(then === undefined ? undefined : NOW + then);
  });
});
