import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CursorStore } from '#shared/ports.ts';

/** What a cursor promises: nobody goes on from a place that another has left. */
export function defineCursorStoreContract(name: string, create: () => CursorStore): void {
  let homes = 0;
  let store: CursorStore;
  let cursor: string;

  beforeEach(() => {
    homes += 1;
    store = create();
    cursor = `cluster-${homes}/Rollout/*`;
  });

  describe(`cursor store over ${name}`, () => {
    it('given a new cursor, then it is set from nothing, once', async () => {
      expect(await store.get(cursor)).toBeUndefined();
      expect(await store.set(cursor, '100', undefined)).toBe(true);
      expect(await store.set(cursor, '100', undefined)).toBe(false);
      expect(await store.get(cursor)).toBe('100');
    });

    it('given a cursor, when set from where it is, then it moves', async () => {
      await store.set(cursor, '100', undefined);
      expect(await store.set(cursor, '90', '100')).toBe(true);
      expect(await store.get(cursor)).toBe('90');
    });

    it.each([undefined, '99', ''])('given a cursor at 100, when set from %p, then it stays', async (expected) => {
      await store.set(cursor, '100', undefined);
      expect(await store.set(cursor, '200', expected)).toBe(false);
      expect(await store.get(cursor)).toBe('100');
    });

    it('given no cursor, when set from some place, then there still is none', async () => {
      expect(await store.set(cursor, '200', '100')).toBe(false);
      expect(await store.get(cursor)).toBeUndefined();
    });

    it('given two ticks that began at the same place, then one of them moves the cursor', async () => {
      await store.set(cursor, '100', undefined);
      const moved = await Promise.all(['110', '120', '110'].map((value) => store.set(cursor, value, '100')));
      expect(moved.filter(Boolean)).toHaveLength(1);
    });

    it('given two cursors, then each has its own place', async () => {
      await store.set(cursor, '100', undefined);
      expect(await store.get(`${cursor}x`)).toBeUndefined();
      expect(await store.set(`${cursor}x`, '7', undefined)).toBe(true);
      expect(await store.get(cursor)).toBe('100');
    });
  });
}
