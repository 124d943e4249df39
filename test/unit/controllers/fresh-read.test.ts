import { describe, expect, it } from '@jest/globals';
import { ConflictError } from '#core/errors.ts';
import type { LatestRecord } from '#core/history/record.ts';
import { MINUTE } from '#core/time.ts';
import { requireFresh, requireHeld } from '#shared/controllers/fresh-read.ts';
import { aRollout } from '../../support/builders.ts';

const NOW = 10 * MINUTE;

function read(resourceVersion: string, state: LatestRecord['state'] | undefined): () => void {
  const rollout = aRollout().build();
  const last = state && { version: 1, fence: 1, state, pending: [] };
  return () => requireFresh(last, { ...rollout, metadata: { ...rollout.metadata, resourceVersion } }, NOW);
}

describe('given what history knows of an object', () => {
  it.each([
    { when: 'it is read in an older version', version: '9' },
    { when: 'it is read in an older version of as many digits', version: '10' },
  ])('when $when, then it is looked at again', ({ version }) => {
    const known = { resourceVersion: '11', changedAt: NOW - MINUTE };
    expect(read(version, known)).toThrow(ConflictError);
    expect(read(version, known)).toThrow('history knows 11: a cache lags behind');
  });

  it.each([
    { when: 'it is read in that version', version: '11', state: { resourceVersion: '11', changedAt: NOW } },
    { when: 'it is read in a newer one', version: '100', state: { resourceVersion: '11', changedAt: NOW } },
    { when: 'nothing is known', version: '1', state: undefined },
    { when: 'an older Weir has recorded it', version: '1', state: { changedAt: NOW } },
    { when: 'versions cannot be compared', version: 'abc', state: { resourceVersion: '11', changedAt: NOW } },
    {
      when: 'the cluster was restored from a backup',
      version: '9',
      state: { resourceVersion: '11', changedAt: NOW - 6 * MINUTE },
    },
  ])('when $when, then that counts', ({ version, state }) => {
    expect(read(version, state)).not.toThrow();
  });
});

describe('given a worker that froze while it read', () => {
  const request = { cluster: 'eu', kind: 'Rollout', namespace: 'shop', name: 'cart' } as const;

  it('when its hold is over, then it decides nothing', () => {
    expect(() => requireHeld({ request, heldUntil: NOW }, NOW)).toThrow(ConflictError);
  });

  it('when its hold lasts, then it goes on', () => {
    expect(() => requireHeld({ request, heldUntil: NOW + 1 }, NOW)).not.toThrow();
  });
});
