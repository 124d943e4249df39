/** Weir before its last deployment: its records lack the fields that came since, and it does not know them in others'. */
import type { LatestRecord, NewRecord } from '#core/history/record.ts';
import type { JsonObject } from '#core/json.ts';
import type { RunHistory } from '#shared/ports.ts';

/** Optional in core/history/rollout-state.ts: absent in older records. */
const NEWER: readonly string[] = ['held', 'images', 'stableImages', 'services', 'updateSince', 'stepSince'];

export function asOlderVersion(history: RunHistory): RunHistory {
  return {
    ...history,
    async latest(key) {
      const latest = await history.latest(key);
      return latest && withoutNewer<LatestRecord>(latest);
    },
    record: (key, record) => history.record(key, withoutNewer<NewRecord>(record)),
  };
}

function withoutNewer<R extends { readonly state: JsonObject }>(record: R): R {
  const state = Object.fromEntries(Object.entries(record.state).filter(([name]) => !NEWER.includes(name)));
  return { ...record, state };
}
