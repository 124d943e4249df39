/** Cursors in memory. */
import type { CursorStore } from '../ports.ts';

export function createMemoryCursorStore(): CursorStore {
  const cursors = new Map<string, string>();
  return {
    async get(name) {
      return cursors.get(name);
    },
    async set(name, value, expected) {
      if (cursors.get(name) !== expected) return false;
      cursors.set(name, value);
      return true;
    },
  };
}
