/** Places to continue from, on this machine's disk. */
import { DAY, type Millis } from '#core/time.ts';
import type { LevelStore } from '../leveldb/store.ts';
import type { Clock, CursorStore } from '../ports.ts';

const KEEP: Millis = 400 * DAY;

export function createLeveldbCursorStore(store: LevelStore, clock: Clock): CursorStore {
  return {
    get: async (name) => (await store.get<{ value: string }>(keyOf(name)))?.value,
    set: (name, value, expected) =>
      store.exclusively(keyOf(name), async () => {
        const current = await store.get<{ value: string }>(keyOf(name));
        if (current?.value !== expected) return false;
        await store.write([{ key: keyOf(name), item: { value }, expires: Math.ceil(clock.now() + KEEP) }]);
        return true;
      }),
  };
}

function keyOf(name: string): string {
  return `cursor/${name}`;
}
